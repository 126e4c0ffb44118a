using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The tenant's Secrets. Unlike other objects they aren't rendered from the spec alone: the values come from Key Vault.</summary>
internal static class SecretManifest
{
    private const string Placeholder = "placeholder";
    private const string EmptyPullSecret = """{"auths":{}}""";

    /// <param name="reference">What the spec says about it.</param>
    /// <param name="data">The values.</param>
    /// <param name="versions">The versions that the values are of.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="options">All settings.</param>
    public static V1Secret Secret(
        SecretRef reference,
        IDictionary<string, byte[]> data,
        IEnumerable<KeyValuePair<string, SecretUri>> versions,
        DesiredTenant tenant,
        TenantSandboxOptions options)
    {
        var metadata = NamespaceManifest.Metadata(reference.Name, tenant, options);
        metadata.Annotations = new Dictionary<string, string> { [Labels.SecretVersions] = WriteVersions(versions) };
        return new V1Secret { ApiVersion = "v1", Kind = "Secret", Metadata = metadata, Type = reference.Type ?? SecretRef.Opaque, Data = data };
    }

    /// <summary>The Secrets for a dry run, without a value: API servers, their webhooks and audit logs see what is sent in one.</summary>
    public static IEnumerable<V1Secret> Placeholders(DesiredTenant tenant, TenantSandboxOptions options) => (tenant.Spec.SecretRefs ?? []).Select(reference =>
    {
        var value = Encoding.UTF8.GetBytes(reference.Type == SecretRef.PullSecret ? EmptyPullSecret : Placeholder);
        return Secret(
            reference,
            reference.Items.ToDictionary(i => i.Key, _ => value),
            reference.Addresses().Select(a => KeyValuePair.Create(a.Key, a.Uri)),
            tenant,
            options);
    });

    /// <summary>
    /// What a pod template carries, so that its pods are replaced with the versions of the Secrets that it uses: a hash of the versions' ids.
    /// Null if no Secret of the workload rolls out.
    /// </summary>
    public static string? RolloutMark(WorkloadSpec workload, DesiredTenant tenant)
    {
        if (tenant.Spec.SecretRefs is not { } references)
        {
            return null;
        }

        var used = SecretUses.Of(workload.ToTemplate());
        string[] versions =
        [
            .. references.Where(r => r.Rollout && used.Contains(r.Name)).OrderBy(r => r.Name, StringComparer.Ordinal)
                .Select(r => $"{r.Name}={tenant.SecretVersions.GetValueOrDefault(r.Name)}"),
        ];
        return versions.Length == 0 ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', versions))).AsSpan(0, 16));
    }

    /// <summary>The versions that a Secret's values are of, by key; none where its annotation isn't the app's.</summary>
    public static IReadOnlyDictionary<string, SecretUri> ReadVersions(V1ObjectMeta? metadata)
    {
        var versions = new SortedDictionary<string, SecretUri>(StringComparer.Ordinal);
        if (metadata?.Annotations?.TryGetValue(Labels.SecretVersions, out var text) != true)
        {
            return versions;
        }

        try
        {
            foreach (var (key, address) in JsonSerializer.Deserialize<Dictionary<string, string?>>(text!) ?? [])
            {
                if (SecretUri.TryParse(address, out var uri))
                {
                    versions[key] = uri;
                }
            }
        }
        catch (JsonException)
        {
            // Someone else wrote it: the values are of no known version.
        }

        return versions;
    }

    /// <summary>The text of the annotation: the address with its version for each key.</summary>
    public static string WriteVersions(IEnumerable<KeyValuePair<string, SecretUri>> versions) =>
        JsonSerializer.Serialize(new SortedDictionary<string, string>(versions.ToDictionary(v => v.Key, v => v.Value.ToString()), StringComparer.Ordinal));
}
