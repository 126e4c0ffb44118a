using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Capacity;

/// <summary>A kata RuntimeClass for guests up to one size, with its overhead on the node.</summary>
/// <param name="RuntimeClassName">Name of the RuntimeClass that pods refer to.</param>
/// <param name="MaxMemoryMiB">Largest guest memory (sum of the memory limits of the pod's containers) that it supports.</param>
/// <param name="OverheadMemoryMiB">Memory added to each pod for the shim, the virtual machine monitor and virtiofsd on the node.</param>
public sealed record KataSizeClass(
    [property: JsonPropertyName("runtimeClassName")] string RuntimeClassName,
    [property: JsonPropertyName("maxMemoryMiB")] int MaxMemoryMiB,
    [property: JsonPropertyName("overheadMemoryMiB")] int OverheadMemoryMiB);

/// <summary>Chooses the RuntimeClass for a guest by its memory.</summary>
public static class KataSizing
{
    /// <summary>Guests with less memory do not boot reliably (AKS documentation, considerations for Pod Sandboxing).</summary>
    public const int MinMemoryMiB = 128;

    /// <summary>The size classes of the AKS documentation: guest memory and the overhead to declare for it, both in MiB.</summary>
    public static IReadOnlyList<KataSizeClass> Documented { get; } =
    [
        new("tenantsandbox-kata-128mi", 128, 16),
        new("tenantsandbox-kata-256mi", 256, 32),
        new("tenantsandbox-kata-1gi", 1 * 1024, 128),
        new("tenantsandbox-kata-2gi", 2 * 1024, 256),
        new("tenantsandbox-kata-4gi", 4 * 1024, 374),
        new("tenantsandbox-kata-8gi", 8 * 1024, 512),
        new("tenantsandbox-kata-32gi", 32 * 1024, 640),
        new("tenantsandbox-kata-64gi", 64 * 1024, 768),
        new("tenantsandbox-kata-96gi", 96 * 1024, 896),
        new("tenantsandbox-kata-128gi", 128 * 1024, 1024),
    ];

    /// <summary>The smallest class that supports a guest of this many MiB; null when none is large enough.</summary>
    public static KataSizeClass? Fit(IReadOnlyList<KataSizeClass> classes, int memoryMiB)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return classes.Where(c => c.MaxMemoryMiB >= memoryMiB).MinBy(c => c.MaxMemoryMiB);
    }
}
