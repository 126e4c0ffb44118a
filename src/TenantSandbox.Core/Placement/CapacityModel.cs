using TenantSandbox.Core.Capacity;

namespace TenantSandbox.Core.Placement;

/// <summary>
/// Whether pods fit an agent pool, whatever the scheduler does. Which node a pod goes to is the scheduler's choice, and it
/// doesn't pack, so a plan that needs good packing could leave the last pod pending. This one only says yes when every
/// order and every choice of nodes works out.
/// </summary>
/// <remarks>
/// A set of pods is said to fit N nodes when one of two things holds; each is a proof.
/// <list type="number">
/// <item>
/// By count: k pods as great as the greatest CPU and the greatest memory fit one node, and there are at most N·k pods. While
/// one is missing, some node has fewer than k, and so room for it. For equal pods this is exact.
/// </item>
/// <item>
/// By load: with d the largest share of a node that one pod takes, all shares together are at most N − (N − 1)·d. A node
/// that refuses a pod is loaded above 1 − d; if all N did, the shares would be above N·(1 − d) + d. For many small pods
/// this comes close to the whole pool.
/// </item>
/// </list>
/// </remarks>
public static class CapacityModel
{
    private const long Whole = 1_000_000;

    /// <summary>What these pods take of such nodes; or, in words, why one of them fits no node.</summary>
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
                return (null, $"Workload '{group.Workload}': no RuntimeClass is for a guest of {group.MemoryMiB} MiB.");
            }

            var memory = group.MemoryMiB + sizeClass.OverheadMemoryMiB;
            if (group.CpuMillis > shape.CpuMillis || memory > shape.MemoryMiB || shape.Pods < 1)
            {
                return (null, $"Workload '{group.Workload}': a pod of {group.CpuMillis} mCPU and {memory} MiB ({sizeClass.OverheadMemoryMiB} MiB of it overhead) "
                    + $"fits no {template.VmSize} node, which offers {shape.CpuMillis} mCPU, {shape.MemoryMiB} MiB and {shape.Pods} pods.");
            }

            sum = sum.Add(new(group.Replicas, group.Replicas * Share(shape, group.CpuMillis, memory), group.CpuMillis, memory));
        }

        return (sum, null);
    }

    /// <summary>Whether all these pods find a node in such a pool, in any order and by any scheduler.</summary>
    public static bool Fits(PoolShape shape, Footprint pods)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(pods);
        return pods.Pods == 0 || FitsByCount(shape, pods) || FitsByLoad(shape, pods);
    }

    private static bool FitsByCount(PoolShape shape, Footprint pods)
    {
        var perNode = Math.Min(shape.Pods, Math.Min(Times(shape.CpuMillis, pods.MaxCpuMillis), Times(shape.MemoryMiB, pods.MaxMemoryMiB)));
        return pods.Pods <= (long)shape.Nodes * perNode;
    }

    private static bool FitsByLoad(PoolShape shape, Footprint pods)
    {
        var largest = Share(shape, pods.MaxCpuMillis, pods.MaxMemoryMiB);
        return largest <= Whole && pods.Share <= (shape.Nodes * Whole) - ((shape.Nodes - 1) * largest);
    }

    private static long Share(PoolShape shape, int cpuMillis, int memoryMiB) =>
        Math.Max(Part(cpuMillis, shape.CpuMillis), Math.Max(Part(memoryMiB, shape.MemoryMiB), Part(1, shape.Pods)));

    private static long Part(long part, long of) => of <= 0 ? 2 * Whole : ((part * Whole) + of - 1) / of;

    private static int Times(int whole, int part) => part == 0 ? int.MaxValue : whole / part;
}
