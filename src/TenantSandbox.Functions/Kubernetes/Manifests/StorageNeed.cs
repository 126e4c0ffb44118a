using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Volumes;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>What claims a tenant's namespace must be allowed to have.</summary>
/// <param name="Classes">By StorageClass, sorted by name: number of claims and their size in MiB.</param>
internal sealed record StorageNeed(IReadOnlyList<(string StorageClass, long Claims, long MiB)> Classes)
{
    /// <summary>Number of claims.</summary>
    public long Claims => Classes.Sum(c => c.Claims);

    /// <summary>Size of all claims.</summary>
    public long MiB => Classes.Sum(c => c.MiB);

    /// <summary>Whether a spec asks for any claim. One that asks for none gets none, whatever earlier specs have left.</summary>
    public static bool Any(TenantSpec spec) => SpecClaims.Any(spec) || spec.Workloads.Any(w => TemplateVolumes.Of(w).Ephemeral.Count > 0);

    /// <summary>
    /// The claims of the spec, of what still runs, and those that earlier specs have left; and the ephemeral ones of each pod, with the extra
    /// pods of an update as in <see cref="QuotaNeed"/>.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="extra">Extra pods per workload.</param>
    public static StorageNeed Of(DesiredTenant tenant, int extra)
    {
        var declared = Declared(tenant.Spec).Concat(tenant.Former is { } former ? Declared(former.Spec) : [])
            .Concat(tenant.KeptClaims)
            .GroupBy(c => c.Name, StringComparer.Ordinal)
            .Select(g => (g.First().StorageClassName, Claims: 1L, MiB: g.Max(c => c.SizeMiB)));
        var ephemeral = Ephemeral(tenant, extra);
        return new(
        [
            .. declared.Concat(ephemeral)
                .GroupBy(c => c.StorageClassName, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => (g.Key, g.Sum(c => c.Claims), g.Sum(c => c.MiB))),
        ]);
    }

    private static IEnumerable<KeptClaim> Declared(TenantSpec spec) => SpecClaims.Of(spec).Select(c => new KeptClaim(c.Name, c.StorageClassName, c.SizeMiB));

    private static IEnumerable<(string StorageClassName, long Claims, long MiB)> Ephemeral(DesiredTenant tenant, int extra)
    {
        var wanted = Groups(tenant.Spec);
        var former = tenant.Former is { } before ? Groups(before.Spec) : [];
        var groups = tenant.IsMoving
            ? wanted.Concat(former)
            : wanted.Concat(former).GroupBy(g => (g.Workload, g.StorageClass)).Select(g => g.Aggregate((a, b) => a.Or(b)));
        return groups.Select(g => (g.StorageClass, (g.Replicas + extra) * g.Claims, (g.Replicas + extra) * g.MiB));
    }

    private static Group[] Groups(TenantSpec spec) =>
    [
        .. spec.Workloads.SelectMany(w => TemplateVolumes.Of(w).Ephemeral
            .GroupBy(e => e.StorageClassName, StringComparer.Ordinal)
            .Select(g => new Group(w.Name, g.Key, w.Replicas, g.Count(), g.Sum(e => (long)e.SizeMiB)))),
    ];

    private sealed record Group(string Workload, string StorageClass, long Replicas, long Claims, long MiB)
    {
        public Group Or(Group other) => new(
            Workload, StorageClass, Math.Max(Replicas, other.Replicas), Math.Max(Claims, other.Claims), Math.Max(MiB, other.MiB));
    }
}
