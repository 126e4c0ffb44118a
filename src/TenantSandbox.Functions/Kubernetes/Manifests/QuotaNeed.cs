using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>What a tenant's namespace must be allowed to use.</summary>
/// <param name="Pods">Number of pods.</param>
/// <param name="CpuMillis">CPU of all pods, in thousandths of a core.</param>
/// <param name="MemoryMiB">Memory of all pods, including overhead.</param>
/// <param name="Services">Number of Services.</param>
/// <param name="EphemeralMiB">Of the nodes' disks, by all pods that state it.</param>
internal sealed record QuotaNeed(long Pods, long CpuMillis, long MemoryMiB, int Services, long EphemeralMiB)
{
    /// <param name="tenant">The tenant, with what still runs of it.</param>
    /// <param name="extra">Extra pods per workload.</param>
    public static QuotaNeed Of(DesiredTenant tenant, int extra)
    {
        var wanted = Groups(tenant.Spec, tenant.SizeClasses, tenant);
        var former = tenant.Former is { } before ? Groups(before.Spec, before.SizeClasses, tenant) : [];
        // In another pool all new pods start beside the former ones; in the same pool they replace them one after the other.
        var groups = tenant.IsMoving
            ? wanted.Concat(former)
            : wanted.Concat(former).GroupBy(g => g.Workload).Select(g => g.Aggregate((a, b) => a.Or(b)));
        var all = groups.Select(g => (Count: (long)g.Replicas + extra, Group: g)).ToArray();
        return new QuotaNeed(
            all.Sum(g => g.Count),
            all.Sum(g => g.Count * g.Group.CpuMillis),
            all.Sum(g => g.Count * g.Group.MemoryMiB),
            wanted.Concat(former).Where(g => g.HasService).DistinctBy(g => g.Workload).Count(),
            all.Sum(g => g.Count * g.Group.EphemeralMiB));
    }

    private static Group[] Groups(TenantSpec spec, IReadOnlyList<KataSizeClass> classes, DesiredTenant tenant) =>
    [
        .. spec.Workloads.Select(w => new Group(
            w.Name, w.Replicas, w.CpuMillis, w.MemoryMiB + SizeClass.Of(w, classes, tenant).OverheadMemoryMiB, w.Ports.Count > 0, w.EphemeralMiB)),
    ];

    private sealed record Group(string Workload, int Replicas, int CpuMillis, int MemoryMiB, bool HasService, int EphemeralMiB)
    {
        public Group Or(Group other) => new(
            Workload,
            Math.Max(Replicas, other.Replicas),
            Math.Max(CpuMillis, other.CpuMillis),
            Math.Max(MemoryMiB, other.MemoryMiB),
            HasService || other.HasService,
            Math.Max(EphemeralMiB, other.EphemeralMiB));
    }
}
