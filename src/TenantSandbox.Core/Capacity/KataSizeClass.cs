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
