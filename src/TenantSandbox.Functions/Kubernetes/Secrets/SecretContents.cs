using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Logging;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Functions.Azure.KeyVault;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes.Secrets;

/// <summary>
/// The content of one Secret: values with the versions that they are of. Not a record, and never a part of one: it must not be printed or
/// serialized.
/// </summary>
internal sealed class SecretContent(SecretRef reference)
{
    public SecretRef Reference { get; } = reference;

    public SortedDictionary<string, byte[]> Data { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, SecretUri> Versions { get; } = new(StringComparer.Ordinal);
}

/// <summary>Reads the contents of a tenant's Secrets from Key Vault.</summary>
internal sealed partial class SecretContents(ClusterConnections connections, ILogger<SecretContents> logger)
{
    /// <summary>The most bytes of a Secret (Kubernetes documentation, Secrets).</summary>
    private const int MaxBytes = 1024 * 1024;

    /// <summary>
    /// Reads all values of a Secret. A value that can't be read any more, because the secret is disabled, deleted, expired or no longer
    /// assigned, stays as the cluster has it; so a secret that is withdrawn stops no repair and no update of what doesn't concern it.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="reference">Which Secret.</param>
    /// <param name="applied">The Secret in the cluster, if it is this incarnation's.</param>
    /// <param name="vault">The run.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="SandboxException">A value can't be read, and the cluster has none of the same secret.</exception>
    public async Task<SecretContent> ReadAsync(
        DesiredTenant tenant, SecretRef reference, SecretHead? applied, VaultRun vault, CancellationToken cancellationToken)
    {
        var content = new SecretContent(reference);
        var before = SecretManifest.ReadVersions(applied?.Metadata);
        V1Secret? stored = null;
        foreach (var (key, secret) in reference.Addresses())
        {
            try
            {
                var reading = await vault.ReadAsync(tenant.TenantId, secret, cancellationToken);
                RequireForm(reference, reading);
                content.Data[key] = Encoding.UTF8.GetBytes(reading.Value);
                content.Versions[key] = reading.Resolved;
            }
            catch (SandboxException e) when (IsWithdrawn(e) && before.TryGetValue(key, out var version) && IsSame(secret, version))
            {
                stored ??= await FindAsync(tenant, reference.Name, cancellationToken);
                if (stored?.Data?.TryGetValue(key, out var value) != true)
                {
                    throw;
                }

                LogKept(reference.Name, key, tenant.TenantId, e.Message);
                content.Data[key] = value!;
                content.Versions[key] = version;
            }
        }

        return content.Data.Sum(d => (long)d.Value.Length) <= MaxBytes
            ? content
            : throw new InvalidException("SecretTooLarge", $"secret {reference.Name} has more than 1 MiB. Divide it into several secretRefs");
    }

    /// <summary>The Secret with its data; null when there is none.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    public Task<V1Secret?> FindAsync(DesiredTenant tenant, string name, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        return connections.CallSecretlyAsync<V1Secret?>(
            tenant.ClusterId,
            $"read Secret {ns}/{name}",
            async client =>
            {
                try
                {
                    return await client.CoreV1.ReadNamespacedSecretAsync(name, ns, cancellationToken: cancellationToken);
                }
                catch (HttpOperationException e) when (KubernetesFailures.IsNotFound(e))
                {
                    return null;
                }
            },
            cancellationToken);
    }

    /// <summary>Whether the secret itself can't be had, rather than that the vault could not be asked now.</summary>
    public static bool IsWithdrawn(SandboxException failure) => failure.ErrorClass is ErrorClass.Invalid or ErrorClass.NotFound;

    /// <summary>Whether a version is what an address names.</summary>
    private static bool IsSame(SecretUri secret, SecretUri version) =>
        version.Current == secret.Current && (secret.Version is null || secret.Version == version.Version);

    // The API server takes any JSON object; the kubelet would then pull without credentials, which looks like a wrong password.
    private static void RequireForm(SecretRef reference, SecretReading reading)
    {
        if (reference.Type != SecretRef.PullSecret)
        {
            return;
        }

        try
        {
            if ((JsonNode.Parse(reading.Value) as JsonObject)?["auths"] is JsonObject)
            {
                return;
            }
        }
        catch (JsonException)
        {
            // Its message quotes the text.
        }

        throw new InvalidException(
            "PullSecretMalformed", $"secret {reading.Resolved} must be a Docker configuration: a JSON object with \"auths\", as in ~/.docker/config.json");
    }

    [LoggerMessage(LogLevel.Warning, "Secret {Name} key {Key} of tenant {TenantId} keeps its last value: {Reason}")]
    private partial void LogKept(string name, string key, string tenantId, string reason);
}
