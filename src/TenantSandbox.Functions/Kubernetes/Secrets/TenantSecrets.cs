using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Functions.Azure.KeyVault;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes.Secrets;

/// <summary>Writes the tenants' Secrets. Values go from the vault to the API server within one call, and nowhere else.</summary>
internal sealed partial class TenantSecrets(
    ClusterConnections connections, VaultSecrets vault, SecretContents contents, IOptions<TenantSandboxOptions> options, ILogger<TenantSecrets> logger)
{
    /// <summary>Reads all values, then makes the Secrets of the spec what they should be, whoever changed them.</summary>
    /// <returns>The tenant with the versions of its Secrets.</returns>
    /// <exception cref="SandboxException">A value can't be read, or a Secret can't be written; no message has a value.</exception>
    public async Task<DesiredTenant> ApplyAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        if (tenant.Spec.SecretRefs is null)
        {
            return tenant;
        }

        var applied = await ListAsync(tenant, cancellationToken);
        var found = await ReadAsync(tenant, applied, cancellationToken);
        await Task.WhenAll(found.Select(c => WriteAsync(tenant, c, cancellationToken)));
        return tenant with { SecretVersions = found.ToDictionary(c => c.Reference.Name, c => SecretManifest.WriteVersions(c.Versions)) };
    }

    /// <summary>The tenant with the versions that its Secrets have: a suspended tenant's aren't renewed, so that no vault can hold up a suspension.</summary>
    /// <exception cref="SandboxException">They can't be listed.</exception>
    public async Task<DesiredTenant> WithAppliedVersionsAsync(DesiredTenant tenant, CancellationToken cancellationToken) =>
        tenant.Spec.SecretRefs is null ? tenant : WithVersions(tenant, await ListAsync(tenant, cancellationToken));

    /// <summary>The tenant with the versions that its Secrets have in a list.</summary>
    public static DesiredTenant WithVersions(DesiredTenant tenant, IReadOnlyDictionary<string, SecretHead> applied) => tenant with
    {
        SecretVersions = (tenant.Spec.SecretRefs ?? []).Where(r => applied.ContainsKey(r.Name))
            .ToDictionary(r => r.Name, r => SecretManifest.WriteVersions(SecretManifest.ReadVersions(applied[r.Name].Metadata))),
    };

    /// <summary>Finds what would keep the Secrets from being written, without writing any.</summary>
    /// <returns>Each problem, for people; none if all values can be read.</returns>
    /// <exception cref="SandboxException">The vault or the cluster could not be asked.</exception>
    public async Task<IReadOnlyList<string>> CheckAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        if (tenant.Spec.SecretRefs is not { } references)
        {
            return [];
        }

        var applied = await ListAsync(tenant, cancellationToken);
        var run = vault.Begin();
        var problems = await Task.WhenAll(references.Select(async reference =>
        {
            try
            {
                await contents.ReadAsync(tenant, reference, applied.GetValueOrDefault(reference.Name), run, cancellationToken);
                return null;
            }
            catch (SandboxException e) when (SecretContents.IsWithdrawn(e))
            {
                return $"{e.Message}.";
            }
        }));
        return [.. problems.OfType<string>()];
    }

    /// <summary>Deletes the Secrets of this incarnation that neither its spec has nor what still runs of it.</summary>
    /// <exception cref="SandboxException">Failed.</exception>
    public async Task DeleteUnusedAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        // An installation without secrets needs no permission for Secrets.
        if (tenant.Spec.SecretRefs is null && tenant.Former?.Spec.SecretRefs is null && options.Value.Secrets.Rules.Count == 0)
        {
            return;
        }

        var wanted = (tenant.Spec.SecretRefs ?? []).Concat(tenant.Former?.Spec.SecretRefs ?? []).Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        await Task.WhenAll((await ListAsync(tenant, cancellationToken)).Values
            .Where(h => !wanted.Contains(h.Metadata.Name)).Select(h => DeleteAsync(tenant, h.Metadata, cancellationToken)));
    }

    private async Task<IReadOnlyDictionary<string, SecretHead>> ListAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var heads = await connections.CallAsync(
            tenant.ClusterId,
            $"list Secrets of {ns}",
            client => client.ListSecretHeadsAsync(ns, Labels.Selector(options.Value.Owner, tenant.Namespace), cancellationToken),
            cancellationToken);
        return heads.ToDictionary(h => h.Metadata.Name, StringComparer.Ordinal);
    }

    private async Task<SecretContent[]> ReadAsync(
        DesiredTenant tenant, IReadOnlyDictionary<string, SecretHead> applied, CancellationToken cancellationToken)
    {
        var run = vault.Begin();
        return await Task.WhenAll(
            tenant.Spec.SecretRefs!.Select(r => contents.ReadAsync(tenant, r, applied.GetValueOrDefault(r.Name), run, cancellationToken)));
    }

    private async Task WriteAsync(DesiredTenant tenant, SecretContent content, CancellationToken cancellationToken)
    {
        var manifest = SecretManifest.Secret(content.Reference, content.Data, content.Versions, tenant, options.Value);
        V1Secret written;
        try
        {
            written = await PatchAsync(tenant, manifest, new V1Patch(manifest, V1Patch.PatchType.ApplyPatch), force: true, cancellationToken);
        }
        catch (InvalidException)
        {
            // A Secret's type never changes, nor does one that someone has made immutable: then it is replaced.
            var found = await contents.FindAsync(tenant, manifest.Metadata.Name, cancellationToken);
            if (found is null || (found.Type == manifest.Type && found.Immutable != true))
            {
                throw;
            }

            await DeleteAsync(tenant, found.Metadata, cancellationToken);
            written = await PatchAsync(tenant, manifest, new V1Patch(manifest, V1Patch.PatchType.ApplyPatch), force: true, cancellationToken);
        }

        // Keys that others added would appear in the environment of pods that take all keys.
        var extra = (written.Data ?? new Dictionary<string, byte[]>()).Keys.Where(k => !content.Data.ContainsKey(k)).ToDictionary(k => k, _ => (object?)null);
        if (extra.Count > 0)
        {
            await PatchAsync(tenant, manifest, new V1Patch(new { data = extra }, V1Patch.PatchType.MergePatch), force: null, cancellationToken);
        }
    }

    private Task<V1Secret> PatchAsync(DesiredTenant tenant, V1Secret manifest, V1Patch patch, bool? force, CancellationToken cancellationToken)
    {
        var (name, ns) = (manifest.Metadata.Name, manifest.Metadata.NamespaceProperty);
        return connections.CallSecretlyAsync(
            tenant.ClusterId,
            $"apply Secret {ns}/{name}",
            client => client.CoreV1.PatchNamespacedSecretAsync(
                patch, name, ns, fieldManager: ServerSideApply.FieldManager, force: force, cancellationToken: cancellationToken),
            cancellationToken);
    }

    private async Task DeleteAsync(DesiredTenant tenant, V1ObjectMeta metadata, CancellationToken cancellationToken)
    {
        var body = new V1DeleteOptions { ApiVersion = "v1", Kind = "DeleteOptions", Preconditions = new V1Preconditions { Uid = metadata.Uid } };
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        await connections.CallSecretlyAsync(
            tenant.ClusterId,
            $"delete Secret {ns}/{metadata.Name}",
            async client =>
            {
                try
                {
                    await client.CoreV1.DeleteNamespacedSecretAsync(metadata.Name, ns, body, cancellationToken: cancellationToken);
                }
                catch (HttpOperationException e) when (KubernetesFailures.IsNotFound(e))
                {
                    // Deleted meanwhile.
                }

                return true;
            },
            cancellationToken);
        LogDeleted(ns, metadata.Name, tenant.ClusterId);
    }

    [LoggerMessage(LogLevel.Information, "Deletion of Secret {Namespace}/{Name} on cluster {ClusterId} was requested.")]
    private partial void LogDeleted(string @namespace, string name, string clusterId);
}
