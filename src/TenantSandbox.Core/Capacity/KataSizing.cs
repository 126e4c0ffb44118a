using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Capacity;

/// <summary>A RuntimeClass for guests up to one size, with what such a guest costs its node beside its own memory.</summary>
/// <param name="RuntimeClassName">The class that pods name.</param>
/// <param name="MaxMemoryMiB">The greatest guest (sum of the pod's container memory limits) that it is for.</param>
/// <param name="OverheadMemoryMiB">What the class adds to each pod: shim, virtual machine monitor and virtiofsd on the node.</param>
public sealed record KataSizeClass(
    [property: JsonPropertyName("runtimeClassName")] string RuntimeClassName,
    [property: JsonPropertyName("maxMemoryMiB")] int MaxMemoryMiB,
    [property: JsonPropertyName("overheadMemoryMiB")] int OverheadMemoryMiB);

/// <summary>Which RuntimeClass a guest of some size takes.</summary>
public static class KataSizing
{
    /// <summary>Guests below this do not boot reliably (AKS documentation, considerations for Pod Sandboxing).</summary>
    public const int MinMemoryMiB = 128;

    /// <summary>The size classes of AKS's documentation: guest memory and the overhead to declare for it, both in MiB.</summary>
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

    /// <summary>The smallest class that holds a guest of this many MiB; null when none is large enough.</summary>
    public static KataSizeClass? Fit(IReadOnlyList<KataSizeClass> classes, int memoryMiB)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return classes.Where(c => c.MaxMemoryMiB >= memoryMiB).MinBy(c => c.MaxMemoryMiB);
    }
}
