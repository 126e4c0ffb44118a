using System.Collections.Frozen;

namespace TenantSandbox.Core.Capacity;

/// <summary>An Azure VM size that supports Pod Sandboxing.</summary>
/// <param name="Name">Azure's name, such as <c>Standard_D4s_v5</c>.</param>
/// <param name="VCpus">Virtual CPUs.</param>
/// <param name="MemoryMiB">Nominal memory.</param>
public sealed record VmSize(string Name, int VCpus, int MemoryMiB);

/// <summary>
/// The VM sizes known to be generation 2 with nested virtualization, from Azure's VM series pages and the AKS release notes.
/// AKS keeps its own list, which can lag behind; other sizes can be configured with their vCPUs and memory.
/// </summary>
public static class VmSizes
{
    // All these series are general purpose: 4 GiB per vCPU.
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

    /// <summary>The size of this name, ignoring case; null when it is unknown.</summary>
    public static VmSize? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>Why a size can't run sandboxed pods, as far as its name tells; null when it may support them.</summary>
    public static string? UnsupportedReason(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        // Azure's naming convention: family letter, vCPUs, then feature letters; p means an Arm processor, l low memory.
        var features = name.Split('_') is ["Standard", var core, ..]
            ? new string([.. core.SkipWhile(c => !char.IsAsciiDigit(c)).Where(char.IsAsciiLetterLower)])
            : "";
        return features switch
        {
            _ when features.Contains('p') => $"{name} is an Arm size; Pod Sandboxing needs x64",
            _ when features.Contains('l') => $"{name} is not supported by AKS for Pod Sandboxing (no nested virtualization)",
            _ => null,
        };
    }
}
