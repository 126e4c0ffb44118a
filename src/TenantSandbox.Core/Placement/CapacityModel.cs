using TenantSandbox.Core.Capacity;

namespace TenantSandbox.Core.Placement;

/// <summary>
/// Decides whether pods fit an agent pool under any scheduler. Kubernetes chooses the node of each pod and doesn't pack, so a plan
/// that depends on good packing could leave the last pod pending. This model says yes only when every order and every choice of
/// nodes succeeds.
/// </summary>
/// <remarks>
/// A set of pods fits N nodes when one of two sufficient conditions holds:
/// <list type="number">
/// <item>
/// By count: k pods of the largest CPU and the largest memory fit one node, and there are at most N·k pods. While a pod is
/// unscheduled, some node has fewer than k pods and can take it. Exact for equal pods.
/// </item>
/// <item>
/// By load: with d the largest share of a node that one pod needs, the sum of all shares is at most N − (N − 1)·d. A node
/// that rejects a pod is loaded above 1 − d; if all N did, the sum would be above N·(1 − d) + d. For many small pods
/// this comes close to the whole pool.
/// </item>
/// </list>
/// </remarks>
public static class CapacityModel
{
    /// <summary>A whole node in the unit of <see cref="Footprint.Share"/>.</summary>
    public const long WholeNode = 1_000_000;

    /// <summary>Computes what pods need on nodes of this template; or explains why one of them fits no such node.</summary>
    public static (Footprint? Footprint, string? Refusal) Measure(PoolTemplate template, IReadOnlyList<PodGroup> pods)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(pods);
        var shape = PoolShape.Of(template);
        var sum = Footprint.None;
        foreach (var group in pods)
        {
            if (KataSizing.Fit(template.SizeClasses, group.MemoryMiB) is not { } sizeClass)
            {
                return (null, $"Workload '{group.Workload}': no RuntimeClass supports a guest of {group.MemoryMiB} MiB");
            }

            var memory = group.MemoryMiB + sizeClass.OverheadMemoryMiB;
            if (group.CpuMillis > shape.CpuMillis || memory > shape.MemoryMiB || shape.Pods < 1)
            {
                return (null, $"Workload '{group.Workload}': a pod of {group.CpuMillis} mCPU and {memory} MiB (including {sizeClass.OverheadMemoryMiB} MiB of overhead) "
                    + $"does not fit a {template.VmSize} node, which offers {shape.CpuMillis} mCPU, {shape.MemoryMiB} MiB and {shape.Pods} pods");
            }

            if (shape.EphemeralMiB > 0 && group.EphemeralMiB > shape.EphemeralMiB)
            {
                return (null, $"Workload '{group.Workload}': a pod's limit of {group.EphemeralMiB} MiB of ephemeral storage does not fit a {template.VmSize} node, "
                    + $"which offers {shape.EphemeralMiB} MiB");
            }

            sum = sum.Add(new(
                group.Replicas,
                group.Replicas * LargestShare(shape, group.CpuMillis, memory, group.EphemeralMiB),
                group.CpuMillis,
                memory,
                group.EphemeralMiB));
        }

        return (sum, null);
    }

    /// <summary>Whether all these pods can be scheduled in such a pool, in any order and by any scheduler.</summary>
    public static bool Fits(PoolShape shape, Footprint pods)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(pods);
        return pods.Pods == 0 || FitsByCount(shape, pods) || FitsByLoad(shape, pods);
    }

    /// <summary>A footprint beside which no other pod fits the pool.</summary>
    public static Footprint Whole(PoolShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return new(Math.Max(1, shape.Nodes * shape.Pods), Math.Max(1, shape.Nodes) * WholeNode, shape.CpuMillis, shape.MemoryMiB, shape.EphemeralMiB);
    }

    private static bool FitsByCount(PoolShape shape, Footprint pods)
    {
        var perNode = Math.Min(
            shape.Pods,
            Math.Min(
                DiskCountPerNode(shape, pods.MaxEphemeralMiB),
                Math.Min(CountPerNode(shape.CpuMillis, pods.MaxCpuMillis), CountPerNode(shape.MemoryMiB, pods.MaxMemoryMiB))));
        return pods.Pods <= (long)shape.Nodes * perNode;
    }

    private static bool FitsByLoad(PoolShape shape, Footprint pods)
    {
        var largest = LargestShare(shape, pods.MaxCpuMillis, pods.MaxMemoryMiB, pods.MaxEphemeralMiB);
        return largest <= WholeNode && pods.Share <= (shape.Nodes * WholeNode) - ((shape.Nodes - 1) * largest);
    }

    private static long LargestShare(PoolShape shape, int cpuMillis, int memoryMiB, int ephemeralMiB) => Math.Max(
        Math.Max(Share(cpuMillis, shape.CpuMillis), DiskShare(shape, ephemeralMiB)), Math.Max(Share(memoryMiB, shape.MemoryMiB), Share(1, shape.Pods)));

    // Pools of an earlier version don't know their nodes' disks.
    private static long DiskShare(PoolShape shape, int ephemeralMiB) => shape.EphemeralMiB == 0 ? 0 : Share(ephemeralMiB, shape.EphemeralMiB);

    private static int DiskCountPerNode(PoolShape shape, int ephemeralMiB) => shape.EphemeralMiB == 0 ? int.MaxValue : CountPerNode(shape.EphemeralMiB, ephemeralMiB);

    private static long Share(long amount, long available) => available <= 0 ? 2 * WholeNode : ((amount * WholeNode) + available - 1) / available;

    private static int CountPerNode(int available, int amount) => amount == 0 ? int.MaxValue : available / amount;
}
