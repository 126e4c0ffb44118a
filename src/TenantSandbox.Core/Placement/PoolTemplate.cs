using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using TenantSandbox.Core.Capacity;

namespace TenantSandbox.Core.Placement;

/// <summary>The settings that a new agent pool is created with.</summary>
/// <param name="VmSize">Generation 2 with nested virtualization, not Arm.</param>
/// <param name="WorkloadRuntime">Wire value: <c>KataVmIsolation</c>, or the preview's name where the cluster still uses it.</param>
/// <param name="OsSku">Wire value: <c>AzureLinux</c>, or the preview's name likewise.</param>
/// <param name="MinCount">The autoscaler's minimum node count.</param>
/// <param name="MaxCount">The autoscaler's maximum node count; capacity is planned for this count.</param>
/// <param name="MaxPods">Pods per node, 10 to 250.</param>
/// <param name="NodeAllocatableMemoryMiB">Memory of one node that pods can use.</param>
/// <param name="NodeAllocatableCpuMillis">CPU of one node that pods can use.</param>
/// <param name="SizeClasses">The kata RuntimeClasses, smallest first, each with the overhead it adds to a pod (see <see cref="KataSizing.Fit"/>).</param>
/// <param name="Zones">Availability zones; empty for a regional pool.</param>
/// <param name="SystemPodsPerNode">Pods per node that the cluster's own DaemonSets use.</param>
/// <param name="NodeEphemeralMiB">Disk of one node that pods can use; 0 where it isn't known, so that it isn't planned.</param>
public sealed record PoolTemplate(
    [property: JsonPropertyName("vmSize")] string VmSize,
    [property: JsonPropertyName("workloadRuntime")] string WorkloadRuntime,
    [property: JsonPropertyName("osSku")] string OsSku,
    [property: JsonPropertyName("minCount")] int MinCount,
    [property: JsonPropertyName("maxCount")] int MaxCount,
    [property: JsonPropertyName("maxPods")] int MaxPods,
    [property: JsonPropertyName("nodeAllocatableMemoryMiB")] int NodeAllocatableMemoryMiB,
    [property: JsonPropertyName("nodeAllocatableCpuMillis")] int NodeAllocatableCpuMillis,
    [property: JsonPropertyName("sizeClasses")] IReadOnlyList<KataSizeClass> SizeClasses,
    [property: JsonPropertyName("zones")] IReadOnlyList<string> Zones,
    [property: JsonPropertyName("systemPodsPerNode")] int SystemPodsPerNode = PoolTemplate.DefaultSystemPods,
    [property: JsonPropertyName("nodeEphemeralMiB"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int NodeEphemeralMiB = 0)
{
    /// <summary>Pods per node that the cluster's own DaemonSets use, unless a template says otherwise.</summary>
    public const int DefaultSystemPods = 8;
}

/// <summary>A pool template with a short key derived from its content.</summary>
/// <param name="Key">Equal for equal templates.</param>
/// <param name="Template">The template.</param>
public sealed record KeyedTemplate(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("template")] PoolTemplate Template)
{
    /// <summary>Derives the key from the template's JSON, because record equality doesn't compare the elements of lists.</summary>
    public static KeyedTemplate Of(PoolTemplate template) =>
        new(Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(template)))[..16], template);
}

/// <summary>The capacity that an agent pool offers to tenants' pods at its maximum node count.</summary>
/// <param name="Nodes">Number of nodes.</param>
/// <param name="CpuMillis">CPU of each node, in thousandths of a core.</param>
/// <param name="MemoryMiB">Memory of each node.</param>
/// <param name="Pods">Tenants' pods per node.</param>
/// <param name="EphemeralMiB">Disk of each node; 0 where it isn't known.</param>
public sealed record PoolShape(int Nodes, int CpuMillis, int MemoryMiB, int Pods, int EphemeralMiB = 0)
{
    /// <summary>The shape of pools created from a template.</summary>
    public static PoolShape Of(PoolTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return new(
            template.MaxCount,
            template.NodeAllocatableCpuMillis,
            template.NodeAllocatableMemoryMiB,
            Math.Max(0, template.MaxPods - template.SystemPodsPerNode),
            template.NodeEphemeralMiB);
    }
}
