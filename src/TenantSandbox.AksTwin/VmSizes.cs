namespace TenantSandbox.AksTwin;

/// <summary>
/// The VM sizes that the twin's regions offer. Nested virtualization as Azure documents it per series, but with what AKS was seen
/// to refuse for Kata (Dlsv5) and to accept only lately (Dadsv7).
/// </summary>
internal static class VmSizes
{
    public static IReadOnlyDictionary<string, VmSize> All { get; } = Series()
        .ToDictionary(s => s.Name, StringComparer.OrdinalIgnoreCase);

    public static VmSize? Find(string name) => All.GetValueOrDefault(name);

    private static IEnumerable<VmSize> Series() =>
    [
        .. Of("D", "s_v3", "standardDSv3Family", 4, gen2: true, nested: true, arm: false, 2, 4, 8, 16, 32, 48, 64),
        .. Of("D", "s_v5", "standardDSv5Family", 4, gen2: true, nested: true, arm: false, 2, 4, 8, 16, 32, 48, 64, 96),
        .. Of("D", "as_v5", "standardDASv5Family", 4, gen2: true, nested: true, arm: false, 2, 4, 8, 16, 32, 48, 64, 96),
        .. Of("D", "ds_v5", "standardDDSv5Family", 4, gen2: true, nested: true, arm: false, 2, 4, 8, 16, 32, 48, 64, 96),
        .. Of("D", "s_v6", "standardDSv6Family", 4, gen2: true, nested: true, arm: false, 2, 4, 8, 16, 32, 48, 64, 96, 128),
        .. Of("D", "as_v6", "standardDasv6Family", 4, gen2: true, nested: true, arm: false, 2, 4, 8, 16, 32, 48, 64, 96),
        .. Of("D", "ads_v7", "standardDadsv7Family", 4, gen2: true, nested: true, arm: false, 2, 4, 8, 16, 32, 48, 64, 96),
        .. Of("E", "s_v5", "standardESv5Family", 8, gen2: true, nested: true, arm: false, 2, 4, 8, 16, 20, 32, 48, 64, 96),
        .. Of("D", "ls_v5", "standardDLSv5Family", 2, gen2: true, nested: false, arm: false, 2, 4, 8, 16, 32, 48, 64, 96),
        .. Of("D", "ps_v6", "standardDPSv6Family", 4, gen2: true, nested: false, arm: true, 2, 4, 8, 16, 32, 48, 64, 96),
        .. Of("D", "s_v2", "standardDSv2Family", 3.5, gen2: true, nested: false, arm: false, 1, 2, 3, 4, 5),
        new("Standard_B2s", "standardBSFamily", 2, 4, Generation2: true, NestedVirtualization: false, Arm64: false),
        new("Standard_A2_v2", "standardAv2Family", 2, 4, Generation2: false, NestedVirtualization: false, Arm64: false),
    ];

    private static IEnumerable<VmSize> Of(
        string letter, string suffix, string family, double memoryPerCpu, bool gen2, bool nested, bool arm, params int[] cpus) =>
        cpus.Select(c => new VmSize($"Standard_{letter}{c}{suffix}", family, c, c * memoryPerCpu, gen2, nested, arm));
}
