namespace TenantSandbox.Core.Placement;

/// <summary>What an agent pool offers to pods at its greatest size.</summary>
/// <param name="Nodes">Nodes.</param>
/// <param name="CpuMillis">CPU of each node, in thousandths of a core.</param>
/// <param name="MemoryMiB">Memory of each node.</param>
/// <param name="Pods">Tenants' pods that each node takes.</param>
public sealed record PoolShape(int Nodes, int CpuMillis, int MemoryMiB, int Pods)
{
    /// <summary>The shape of pools made by a template, at the autoscaler's greatest node count.</summary>
    public static PoolShape Of(PoolTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return new(
            template.MaxCount,
            template.NodeAllocatableCpuMillis,
            template.NodeAllocatableMemoryMiB,
            Math.Max(0, template.MaxPods - template.SystemPodsPerNode));
    }
}
