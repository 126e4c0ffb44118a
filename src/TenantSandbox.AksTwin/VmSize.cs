namespace TenantSandbox.AksTwin;

/// <summary>A VM size that the twin's subscription offers.</summary>
/// <param name="Family">Quota family, such as <c>standardDSv5Family</c>.</param>
/// <param name="SupportsKata">Whether AKS accepts it for Kata: generation 2, nested virtualization, not Arm.</param>
internal sealed record VmSize(string Name, string Family, int VCpus, double MemoryGiB, bool SupportsKata, bool IsArm64 = false)
{
    // Nested virtualization as Azure documents it per series, corrected by what AKS was observed to reject (Dlsv5) and accept (Dadsv7).
    private static readonly IReadOnlyDictionary<string, VmSize> All = ((IEnumerable<VmSize>)
    [
        .. Series("D", "s_v3", "standardDSv3Family", 4, kata: true, [2, 4, 8, 16, 32, 48, 64]),
        .. Series("D", "s_v5", "standardDSv5Family", 4, kata: true, [2, 4, 8, 16, 32, 48, 64, 96]),
        .. Series("D", "as_v5", "standardDASv5Family", 4, kata: true, [2, 4, 8, 16, 32, 48, 64, 96]),
        .. Series("D", "ds_v5", "standardDDSv5Family", 4, kata: true, [2, 4, 8, 16, 32, 48, 64, 96]),
        .. Series("D", "s_v6", "standardDSv6Family", 4, kata: true, [2, 4, 8, 16, 32, 48, 64, 96, 128]),
        .. Series("D", "as_v6", "standardDasv6Family", 4, kata: true, [2, 4, 8, 16, 32, 48, 64, 96]),
        .. Series("D", "ads_v7", "standardDadsv7Family", 4, kata: true, [2, 4, 8, 16, 32, 48, 64, 96]),
        .. Series("E", "s_v5", "standardESv5Family", 8, kata: true, [2, 4, 8, 16, 20, 32, 48, 64, 96]),
        .. Series("D", "ls_v5", "standardDLSv5Family", 2, kata: false, [2, 4, 8, 16, 32, 48, 64, 96]),
        .. Series("D", "ps_v6", "standardDPSv6Family", 4, kata: false, [2, 4, 8, 16, 32, 48, 64, 96], arm: true),
        .. Series("D", "s_v2", "standardDSv2Family", 3.5, kata: false, [1, 2, 3, 4, 5]),
        .. Series("B", "s", "standardBSFamily", 2, kata: false, [2]),
        .. Series("A", "_v2", "standardAv2Family", 2, kata: false, [2]),
    ]).ToDictionary(s => s.Name, StringComparer.OrdinalIgnoreCase);

    public long MemoryBytes => (long)(MemoryGiB * (1L << 30));

    /// <summary>What pods see of the OS disk that AKS makes by default for the number of vCPUs; of 128 GiB they see 129886128 KiB.</summary>
    public long DiskKiB => 129_886_128L * (VCpus switch { < 8 => 1, < 16 => 2, < 64 => 4, _ => 8 });

    public static VmSize? Find(string name) => All.GetValueOrDefault(name);

    /// <summary>
    /// Allocatable resources by AKS's documented reservations: CPU by core count; memory the lesser of a quarter and 50 MiB plus
    /// 20 MiB per pod, plus the hard eviction threshold of 100 MiB.
    /// </summary>
    public (int MilliCpu, long MemoryBytes) Allocatable(int maxPods)
    {
        var reservedCpu = VCpus switch { <= 1 => 60, <= 2 => 100, <= 4 => 140, <= 8 => 180, <= 16 => 260, <= 32 => 420, _ => 740 };
        var reservedMemory = Math.Min((20L * maxPods + 50) << 20, MemoryBytes / 4);
        return (VCpus * 1000 - reservedCpu, MemoryBytes - reservedMemory - (100L << 20));
    }

    private static IEnumerable<VmSize> Series(
        string letter, string suffix, string family, double memoryPerCpu, bool kata, int[] cpus, bool arm = false) =>
        cpus.Select(c => new VmSize($"Standard_{letter}{c}{suffix}", family, c, c * memoryPerCpu, kata, arm));
}
