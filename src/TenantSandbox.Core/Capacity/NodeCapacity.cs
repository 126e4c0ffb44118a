namespace TenantSandbox.Core.Capacity;

/// <summary>The part of a node's capacity that tenants' pods can use.</summary>
/// <param name="MemoryMiB">Allocatable memory, less the requests of the cluster's own pods.</param>
/// <param name="CpuMillis">Allocatable CPU in thousandths of a core, likewise.</param>
/// <param name="EphemeralMiB">Allocatable ephemeral storage: the node's disk, less the file system's own part and the eviction threshold.</param>
public sealed record NodeCapacity(int MemoryMiB, int CpuMillis, int EphemeralMiB)
{
    /// <summary>Hard eviction threshold (AKS documentation, node resource reservations, Kubernetes 1.29 and later).</summary>
    private const int EvictionMiB = 100;

    /// <summary>
    /// Requests of the DaemonSets that AKS runs on every node (network, storage, proxy, monitoring). A conservative estimate: the
    /// actual sum depends on the cluster's add-ons.
    /// </summary>
    private const int SystemPodsMemoryMiB = 600;

    /// <inheritdoc cref="SystemPodsMemoryMiB"/>
    private const int SystemPodsCpuMillis = 400;

    /// <summary>CPU that AKS reserves, by the node's vCPUs (same source), in thousandths of a core.</summary>
    private static readonly (int VCpus, int ReservedMillis)[] CpuReservations =
        [(1, 60), (2, 100), (4, 140), (8, 180), (16, 260), (32, 420), (64, 740)];

    /// <summary>The OS disk that AKS makes where none is asked for, by the node's vCPUs, in GiB (AKS documentation, default OS disk sizing).</summary>
    private static readonly (int VCpus, int DiskGiB)[] DefaultDisks = [(7, 128), (15, 256), (63, 512), (int.MaxValue, 1024)];

    /// <summary>
    /// Computes the capacity of a node. AKS reserves 20 MiB per pod plus 50 MiB, but at most a quarter of the memory, and the
    /// eviction threshold; 3 % of the nominal memory is not visible to the operating system.
    /// </summary>
    /// <param name="vmSize">The node's VM size.</param>
    /// <param name="maxPods">Pods per node, 10 to 250.</param>
    /// <param name="diskGiB">The node's OS disk; null for the one that AKS makes by default.</param>
    public static NodeCapacity Of(VmSize vmSize, int maxPods, int? diskGiB = null)
    {
        ArgumentNullException.ThrowIfNull(vmSize);
        var visible = vmSize.MemoryMiB * 97 / 100;
        var kubeReserved = Math.Min((20 * maxPods) + 50, visible / 4);
        var memory = visible - kubeReserved - EvictionMiB - SystemPodsMemoryMiB;
        var cpu = (vmSize.VCpus * 1000) - ReservedCpu(vmSize.VCpus) - SystemPodsCpuMillis;
        // Of a 128 GiB disk pods see 123.9 GiB, and the kubelet keeps a tenth of that free (hard eviction threshold nodefs.available<10%).
        var disk = (diskGiB ?? DefaultDisks.First(d => vmSize.VCpus <= d.VCpus).DiskGiB) * 1024 * 87 / 100;
        return new NodeCapacity(Math.Max(0, memory), Math.Max(0, cpu), disk);
    }

    private static int ReservedCpu(int vcpus)
    {
        // Between documented steps the next larger one applies; beyond the last one the reservation grows in proportion.
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
