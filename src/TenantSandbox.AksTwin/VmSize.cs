namespace TenantSandbox.AksTwin;

/// <summary>One VM size, as far as AKS cares.</summary>
/// <param name="Family">The quota family, like <c>standardDSv5Family</c>.</param>
/// <param name="NestedVirtualization">Whether AKS takes it for Kata; needs <paramref name="Generation2"/> too.</param>
internal sealed record VmSize(
    string Name, string Family, int VCpus, double MemoryGiB, bool Generation2, bool NestedVirtualization, bool Arm64)
{
    public bool SupportsKata => Generation2 && NestedVirtualization && !Arm64;

    public long MemoryBytes => (long)(MemoryGiB * (1L << 30));

    /// <summary>
    /// What is left for pods, by AKS's documented reservations: CPU by core count; memory the lesser of 20 MB a pod plus 50 MB
    /// and a quarter, plus the 100 Mi hard eviction threshold.
    /// </summary>
    public (int MilliCpu, long MemoryBytes) Allocatable(int maxPods)
    {
        var reservedCpu = VCpus switch { <= 1 => 60, <= 2 => 100, <= 4 => 140, <= 8 => 180, <= 16 => 260, <= 32 => 420, _ => 740 };
        var reservedMemory = Math.Min((20L * maxPods + 50) << 20, MemoryBytes / 4);
        return (VCpus * 1000 - reservedCpu, MemoryBytes - reservedMemory - (100L << 20));
    }
}
