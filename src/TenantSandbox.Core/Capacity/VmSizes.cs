using System.Collections.Frozen;

namespace TenantSandbox.Core.Capacity;

/// <summary>An Azure VM size that Pod Sandboxing accepts.</summary>
/// <param name="Name">As Azure spells it, such as <c>Standard_D4s_v5</c>.</param>
/// <param name="VCpus">Virtual CPUs.</param>
/// <param name="MemoryMiB">Nominal memory.</param>
public sealed record VmSize(string Name, int VCpus, int MemoryMiB);

/// <summary>
/// The VM sizes known to be generation 2 with nested virtualization, from Azure's pages per series and AKS's release notes.
/// AKS has its own list and can lag behind; a size that isn't here can be configured with its numbers.
/// </summary>
public static class VmSizes
{
    // All these series are general purpose: 4 GiB a vCPU.
    private const int MemoryMiBPerVCpu = 4 * 1024;

    private static readonly (string Prefix, string Suffix, int[] VCpus)[] Series =
    [
        ("Standard_D", "s_v3", [2, 4, 8, 16, 32, 48, 64]),
        ("Standard_D", "s_v5", [2, 4, 8, 16, 32, 48, 64, 96]),
        ("Standard_D", "as_v5", [2, 4, 8, 16, 32, 48, 64, 96]),
        ("Standard_D", "s_v6", [2, 4, 8, 16, 32, 48, 64, 96, 128]),
        ("Standard_D", "as_v6", [2, 4, 8, 16, 32, 48, 64, 96]),
        ("Standard_D", "ads_v7", [2, 4, 8, 16, 32, 48, 64, 96]),
    ];

    private static readonly FrozenDictionary<string, VmSize> ByName = Series
        .SelectMany(s => s.VCpus.Select(n => new VmSize($"{s.Prefix}{n}{s.Suffix}", n, n * MemoryMiBPerVCpu)))
        .ToFrozenDictionary(v => v.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Every known size, ordered by name.</summary>
    public static IReadOnlyList<VmSize> All { get; } = [.. ByName.Values.OrderBy(v => v.Name, StringComparer.Ordinal)];

    /// <summary>The size of this name, whatever its case; null when it isn't known.</summary>
    public static VmSize? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>Why a size can't carry sandboxed pods, as far as its name tells; null when nothing speaks against it.</summary>
    public static string? UnsupportedReason(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        // Azure's naming: family letter, vCPUs, then feature letters, where p is an Arm processor and l little memory.
        var features = name.Split('_') is ["Standard", var core, ..]
            ? new string([.. core.SkipWhile(c => !char.IsAsciiDigit(c)).Where(char.IsAsciiLetterLower)])
            : "";
        return features switch
        {
            _ when features.Contains('p') => $"{name} is an Arm size; Pod Sandboxing needs x64",
            _ when features.Contains('l') => $"{name} is refused by AKS for Pod Sandboxing (no nested virtualization)",
            _ => null,
        };
    }
}
