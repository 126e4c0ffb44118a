namespace TenantSandbox.Core.Capacity;

/// <summary>What pods can use of one node.</summary>
/// <param name="MemoryMiB">Allocatable memory, less what the cluster's own pods take on every node.</param>
/// <param name="CpuMillis">Allocatable CPU, likewise.</param>
public sealed record NodeCapacity(int MemoryMiB, int CpuMillis)
{
    /// <summary>Hard eviction threshold (AKS documentation, node resource reservations, Kubernetes 1.29 and later).</summary>
    private const int EvictionMiB = 100;

    /// <summary>
    /// Requests of the DaemonSets that AKS puts on every node (network, storage, proxy, monitoring). An estimate on the safe side:
    /// the true sum depends on the cluster's add-ons.
    /// </summary>
    private const int SystemPodsMemoryMiB = 600;

    /// <inheritdoc cref="SystemPodsMemoryMiB"/>
    private const int SystemPodsCpuMillis = 400;

    /// <summary>CPU that AKS keeps for itself, by the node's vCPUs (same source), in thousandths of a core.</summary>
    private static readonly (int VCpus, int ReservedMillis)[] CpuReservations =
        [(1, 60), (2, 100), (4, 140), (8, 180), (16, 260), (32, 420), (64, 740)];

    /// <summary>
    /// What is left of a node for tenants. Memory: AKS keeps the lesser of 20 MiB a pod plus 50 MiB, or a quarter, and the
    /// eviction threshold; 3 % of the nominal size never shows up in the operating system.
    /// </summary>
    /// <param name="vmSize">The node's size.</param>
    /// <param name="maxPods">Pods a node, 10 to 250.</param>
    public static NodeCapacity Of(VmSize vmSize, int maxPods)
    {
        ArgumentNullException.ThrowIfNull(vmSize);
        var visible = vmSize.MemoryMiB * 97 / 100;
        var kubeReserved = Math.Min((20 * maxPods) + 50, visible / 4);
        var memory = visible - kubeReserved - EvictionMiB - SystemPodsMemoryMiB;
        var cpu = (vmSize.VCpus * 1000) - ReservedCpu(vmSize.VCpus) - SystemPodsCpuMillis;
        return new NodeCapacity(Math.Max(0, memory), Math.Max(0, cpu));
    }

    private static int ReservedCpu(int vcpus)
    {
        // Between the documented steps the next larger one holds, beyond the last one it grows in proportion.
        foreach (var (step, millis) in CpuReservations)
        {
            if (vcpus <= step)
            {
                return millis;
            }
        }

        var (lastStep, lastMillis) = CpuReservations[^1];
        return lastMillis * vcpus / lastStep;
    }
}
