using System.Globalization;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>The claims of a tenant, and the volumes behind them, which outlive the namespace where that was asked for.</summary>
internal sealed partial class ClaimVolumes(ClusterConnections connections, IOptions<TenantSandboxOptions> options, ILogger<ClaimVolumes> logger)
{
    private const string RetainPolicy = "Retain";
    private const int MaxAttempts = 3;

    /// <summary>The claims of this incarnation; none if it has no namespace.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    public async Task<IReadOnlyList<V1PersistentVolumeClaim>> ListClaimsAsync(TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var claims = await connections.CallAsync(
            tenant.ClusterId,
            $"list claims of {ns}",
            client => client.CoreV1.ListNamespacedPersistentVolumeClaimAsync(
                ns, labelSelector: Labels.Selector(options.Value.Owner, tenant), cancellationToken: cancellationToken),
            cancellationToken);
        return [.. claims.Items];
    }

    /// <summary>
    /// Prepares the volumes of this incarnation's claims for the deletion of its namespace: marks each with the incarnation's labels, so that
    /// it is found without its claim, and sets the reclaim policy of those to keep to <c>Retain</c>. A policy is never set to <c>Delete</c>.
    /// Idempotent; a claim without a volume has nothing to prepare.
    /// </summary>
    /// <returns>What becomes of each claim's volume; without the volumes of single pods, which go with their pods.</returns>
    /// <exception cref="SandboxException">A call failed.</exception>
    public async Task<IReadOnlyList<ReleasedVolume>> PrepareAsync(TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        List<ReleasedVolume> released = [];
        foreach (var claim in (await ListClaimsAsync(tenant, cancellationToken)).Where(c => c.Spec.VolumeName is { Length: > 0 }))
        {
            var volume = await PrepareAsync(tenant, claim, cancellationToken);
            if (KeptClaim.IsOfSpec(claim))
            {
                released.Add(Describe(volume, claim.Metadata.Name, claim.Spec.VolumeName));
            }
        }

        return released;
    }

    /// <summary>What is left of the incarnation's volumes: those that are kept, and those whose deletion hasn't ended.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    public async Task<(IReadOnlyList<ReleasedVolume> Retained, string? Blocker)> ReadLeftAsync(TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        // Null where the cluster doesn't serve volumes.
        var found = await connections.FindAsync(
            tenant.ClusterId,
            $"list volumes of {ns}",
            client => client.CoreV1.ListPersistentVolumeAsync(
                labelSelector: Labels.Selector(options.Value.Owner, tenant), cancellationToken: cancellationToken),
            cancellationToken);
        // One that was given to another claim since isn't this incarnation's any more.
        var left = (found?.Items ?? []).Where(v => v.Spec.ClaimRef?.NamespaceProperty == ns).OrderBy(v => v.Metadata.Name, StringComparer.Ordinal).ToArray();
        var deleting = left.Where(v => v.Spec.PersistentVolumeReclaimPolicy != RetainPolicy).ToArray();
        return (
            [.. left.Except(deleting).Select(v => Describe(v, v.Spec.ClaimRef.Name, v.Metadata.Name))],
            deleting.Length == 0 ? null : string.Join("; ", deleting.Take(5).Select(v =>
                $"volume {v.Metadata.Name} of claim {v.Spec.ClaimRef.Name} is {v.Status?.Phase ?? "there"} and not deleted yet"
                + (v.Status?.Message is { Length: > 0 } message ? $": {message}" : ""))));
    }

    /// <returns>The claim's volume; null if it doesn't exist, or belongs to another claim, which is then not changed.</returns>
    private async Task<V1PersistentVolume?> PrepareAsync(TenantNamespaceRef tenant, V1PersistentVolumeClaim claim, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var name = claim.Spec.VolumeName;
            var volume = await connections.FindAsync(
                tenant.ClusterId,
                $"read volume {name}",
                client => client.CoreV1.ReadPersistentVolumeAsync(name, cancellationToken: cancellationToken),
                cancellationToken);
            if (volume?.Spec.ClaimRef?.Uid != claim.Metadata.Uid)
            {
                LogVolumeMissing(name, claim.Metadata.NamespaceProperty, claim.Metadata.Name, tenant.ClusterId);
                return null;
            }

            var mustRetain = claim.Metadata.Annotations?.TryGetValue(Labels.OnOffboard, out var policy) == true && policy == ClaimManifest.Retain;
            var labels = Labels.Of(options.Value.Owner, tenant.TenantId, tenant.Incarnation);
            var isMarked = labels.All(l => volume.Metadata.Labels?.TryGetValue(l.Key, out var value) == true && value == l.Value);
            var isKept = volume.Spec.PersistentVolumeReclaimPolicy == RetainPolicy;
            if (isMarked && (isKept || !mustRetain))
            {
                return volume;
            }

            try
            {
                return await PatchAsync(tenant, volume, labels, mustRetain ? RetainPolicy : volume.Spec.PersistentVolumeReclaimPolicy, cancellationToken);
            }
            catch (ConflictException) when (attempt < MaxAttempts)
            {
                // Changed since it was read: it must be identified again.
            }
        }
    }

    private async Task<V1PersistentVolume?> PatchAsync(
        TenantNamespaceRef tenant, V1PersistentVolume volume, Dictionary<string, string> labels, string policy, CancellationToken cancellationToken)
    {
        // With the resource version, so that a volume that was given to another claim meanwhile is not changed.
        var patch = new V1Patch(
            new { metadata = new { volume.Metadata.ResourceVersion, labels }, spec = new { persistentVolumeReclaimPolicy = policy } }, V1Patch.PatchType.MergePatch);
        var patched = await connections.FindAsync(
            tenant.ClusterId,
            $"set the reclaim policy of volume {volume.Metadata.Name}",
            client => client.CoreV1.PatchPersistentVolumeAsync(patch, volume.Metadata.Name, cancellationToken: cancellationToken),
            cancellationToken);
        LogPrepared(volume.Metadata.Name, volume.Spec.ClaimRef.NamespaceProperty, volume.Spec.ClaimRef.Name, tenant.ClusterId, policy);
        return patched;
    }

    private static ReleasedVolume Describe(V1PersistentVolume? volume, string claim, string name) => new(
        claim,
        name,
        volume is null ? VolumeOutcome.Missing
            : volume.Spec.PersistentVolumeReclaimPolicy == RetainPolicy ? VolumeOutcome.Retained
            : VolumeOutcome.Deleted,
        volume?.Spec.Csi?.Driver,
        volume?.Spec.Csi?.VolumeHandle,
        volume?.Spec.Capacity?.TryGetValue("storage", out var size) == true ? string.Create(CultureInfo.InvariantCulture, $"{size}") : null);

    [LoggerMessage(LogLevel.Information, "Volume {Volume} of claim {Namespace}/{Claim} on cluster {ClusterId} was prepared: reclaim policy {Policy}.")]
    private partial void LogPrepared(string volume, string @namespace, string claim, string clusterId, string policy);

    [LoggerMessage(LogLevel.Warning, "Volume {Volume} of claim {Namespace}/{Claim} on cluster {ClusterId} is missing or of another claim; it was not changed.")]
    private partial void LogVolumeMissing(string volume, string @namespace, string claim, string clusterId);
}
