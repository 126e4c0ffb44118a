using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests.Volumes;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>
/// Compares the claims of a spec with those that exist, and with the cluster's StorageClasses, before anything is changed. A dry run can't: it
/// is made in another namespace, and the API server takes claims of classes that don't exist.
/// </summary>
internal sealed class ClaimPreflight(ClusterConnections connections, ClaimVolumes volumes, IOptions<TenantSandboxOptions> options)
{
    /// <param name="tenant">The tenant as it should be.</param>
    /// <param name="movesFrom">The cluster that it would leave; null for none.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="SandboxException">A cluster could not be read.</exception>
    public async Task<ClaimFindings> CheckAsync(DesiredTenant tenant, FormerCluster? movesFrom, CancellationToken cancellationToken)
    {
        if (movesFrom is not null && await FindMoveRefusalAsync(tenant, movesFrom, cancellationToken) is { } refusal)
        {
            return new([refusal], []);
        }

        if (!StorageNeed.Any(tenant.Spec))
        {
            return new([], []);
        }

        var classes = await ReadClassesAsync(tenant, cancellationToken);
        var live = (await volumes.ListClaimsAsync(tenant.Namespace, cancellationToken)).Where(KeptClaim.IsOfSpec).ToDictionary(c => c.Metadata.Name, StringComparer.Ordinal);
        var own = Pair(tenant.Spec.Claims ?? [], live);
        var ofPods = Pair(SpecClaims.OfPods(tenant.Spec), live);
        string[] refusals =
        [
            .. classes.Where(c => c.Value is null).Select(c => $"StorageClass {c.Key} doesn't exist on cluster {tenant.ClusterId}."),
            .. own.SelectMany(p => Compare(p.Wanted, p.Live, FindWhyNotLarger(p.Wanted, classes.GetValueOrDefault(p.Wanted.StorageClassName)))),
            .. ofPods.SelectMany(p => Compare(p.Wanted, p.Live, "a StatefulSet leaves the claims that it finds as they are")),
            .. Exceeded(tenant with { KeptClaims = KeptClaim.Of(tenant.Spec, live.Values) }),
        ];
        return new(refusals, refusals.Length > 0 ? [] : await ReadZonesAsync(tenant, own.Concat(ofPods).Select(p => p.Live), cancellationToken));
    }

    private static (ClaimSpec Wanted, V1PersistentVolumeClaim Live)[] Pair(IEnumerable<ClaimSpec> wanted, Dictionary<string, V1PersistentVolumeClaim> live) =>
        [.. wanted.Where(c => live.ContainsKey(c.Name)).Select(c => (c, live[c.Name]))];

    private static string? FindWhyNotLarger(ClaimSpec claim, V1StorageClass? storageClass) =>
        storageClass?.AllowVolumeExpansion == true ? null : $"volumes of StorageClass {claim.StorageClassName} can't grow";

    private async Task<string?> FindMoveRefusalAsync(DesiredTenant tenant, FormerCluster former, CancellationToken cancellationToken)
    {
        try
        {
            var there = await volumes.ListClaimsAsync(tenant.Namespace with { ClusterId = former.ClusterId }, cancellationToken);
            string[] names = [.. there.Where(KeptClaim.IsOfSpec).Select(c => c.Metadata.Name).Order(StringComparer.Ordinal)];
            return names.Length == 0 ? null
                : $"Its claims ({string.Join(", ", names)}) have their volumes on cluster {former.ClusterId}, and volumes can't move to cluster {tenant.ClusterId}. "
                  + "Leave \"cluster\" and \"region\" as they were, or offboard the tenant (\"onOffboard\": \"retain\" keeps the volumes) and onboard it there.";
        }
        catch (SandboxException e) when (!former.HasClaims && e.ErrorClass is ErrorClass.Transient or ErrorClass.NotFound)
        {
            // A tenant without claims can leave a cluster that can't be reached.
            return null;
        }
    }

    private async Task<Dictionary<string, V1StorageClass?>> ReadClassesAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        string[] names =
        [
            .. SpecClaims.Of(tenant.Spec).Select(c => c.StorageClassName)
                .Concat(tenant.Spec.Workloads.SelectMany(w => TemplateVolumes.Of(w).Ephemeral).Select(e => e.StorageClassName))
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        var found = await Task.WhenAll(names.Select(name => connections.FindAsync(
            tenant.ClusterId,
            $"read StorageClass {name}",
            client => client.StorageV1.ReadStorageClassAsync(name, cancellationToken: cancellationToken),
            cancellationToken)));
        return names.Zip(found).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
    }

    /// <param name="wanted">As the spec has it.</param>
    /// <param name="live">As it is.</param>
    /// <param name="whyNotLarger">Why it can't become larger; null if it can.</param>
    private static IEnumerable<string> Compare(ClaimSpec wanted, V1PersistentVolumeClaim live, string? whyNotLarger)
    {
        if (live.Metadata.DeletionTimestamp is not null)
        {
            yield return $"Claim {wanted.Name} is being deleted. Wait until it is gone, or name another.";
            yield break;
        }

        if (live.Spec.StorageClassName != wanted.StorageClassName)
        {
            yield return $"Claim {wanted.Name} exists with StorageClass {live.Spec.StorageClassName}, which can't change. Keep it, or name another claim.";
        }

        if (!live.Spec.AccessModes.Order(StringComparer.Ordinal).SequenceEqual(wanted.AccessModes.Order(StringComparer.Ordinal)))
        {
            yield return $"Claim {wanted.Name} exists with {string.Join(", ", live.Spec.AccessModes)}, which can't change. Keep it, or name another claim.";
        }

        var size = KeptClaim.RequestMiB(live);
        if (wanted.SizeMiB < size)
        {
            yield return $"Claim {wanted.Name} exists with {size} MiB, and volumes can't shrink. Keep its size, or name another claim.";
        }
        else if (wanted.SizeMiB > size && whyNotLarger is not null)
        {
            yield return $"Claim {wanted.Name} exists with {size} MiB, and {whyNotLarger}. Keep its size, or name another claim.";
        }
    }

    // The validator of requests knows nothing of what earlier specs have left.
    private IEnumerable<string> Exceeded(DesiredTenant tenant)
    {
        var kept = tenant.KeptClaims.Select(c => c.StorageClassName).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, _, mebibytes) in StorageNeed.Of(tenant, extra: 0).Classes.Where(c => kept.Contains(c.StorageClass)))
        {
            if (options.Value.Storage.Classes.FirstOrDefault(c => c.Name == name)?.ToRule() is { } rule && mebibytes > rule.MaxTenantMiB)
            {
                var names = string.Join(", ", tenant.KeptClaims.Where(c => c.StorageClassName == name).Select(c => c.Name));
                yield return $"With the claims that earlier requests have left ({names}) the tenant would have {mebibytes} MiB of StorageClass {name}, "
                    + $"and may have {rule.MaxTenantMiB} MiB. Ask an operator to delete what isn't needed.";
            }
        }
    }

    private async Task<IReadOnlyList<IReadOnlyList<string>>> ReadZonesAsync(
        DesiredTenant tenant, IEnumerable<V1PersistentVolumeClaim> claims, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(claims.Select(c => c.Spec.VolumeName).Where(v => v is { Length: > 0 }).Select(name => connections.FindAsync(
            tenant.ClusterId,
            $"read volume {name}",
            client => client.CoreV1.ReadPersistentVolumeAsync(name, cancellationToken: cancellationToken),
            cancellationToken)));
        return
        [
            .. found.OfType<V1PersistentVolume>().Select(VolumeTopology.ZonesOf).OfType<IReadOnlyList<string>>()
                .DistinctBy(z => string.Join(',', z)).OrderBy(z => string.Join(',', z), StringComparer.Ordinal),
        ];
    }
}

/// <summary>What a preflight found about claims.</summary>
/// <param name="Refusals">Why the claims can't be as the spec wants them; empty if they can.</param>
/// <param name="Zones">For each different set: the zones of which a node must be in one, to reach a volume.</param>
internal sealed record ClaimFindings(IReadOnlyList<string> Refusals, IReadOnlyList<IReadOnlyList<string>> Zones);
