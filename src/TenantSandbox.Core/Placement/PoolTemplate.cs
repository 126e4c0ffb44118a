using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using TenantSandbox.Core.Capacity;

namespace TenantSandbox.Core.Placement;

/// <summary>How a new agent pool is made.</summary>
/// <param name="VmSize">Generation 2 with nested virtualization, not Arm.</param>
/// <param name="WorkloadRuntime">Wire value, <c>KataVmIsolation</c> unless the cluster still has the preview's name.</param>
/// <param name="OsSku">Wire value, <c>AzureLinux</c> likewise.</param>
/// <param name="MinCount">Autoscaler's least node count.</param>
/// <param name="MaxCount">Autoscaler's greatest node count; capacity is planned for this.</param>
/// <param name="MaxPods">Pods a node, 10 to 250.</param>
/// <param name="NodeAllocatableMemoryMiB">Memory of one node that pods can use.</param>
/// <param name="NodeAllocatableCpuMillis">CPU of one node that pods can use.</param>
/// <param name="SizeClasses">The kata RuntimeClasses, smallest first, each with what it adds to a pod (see <see cref="KataSizing.Fit"/>).</param>
/// <param name="Zones">Availability zones; empty for regional.</param>
/// <param name="SystemPodsPerNode">How many of a node's pods the cluster's own DaemonSets take.</param>
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
    [property: JsonPropertyName("systemPodsPerNode")] int SystemPodsPerNode = 8);

/// <summary>A pool template with a short key made of its content.</summary>
/// <param name="Key">The same for equal templates.</param>
/// <param name="Template">The template.</param>
public sealed record KeyedTemplate(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("template")] PoolTemplate Template)
{
    /// <summary>Keys a template by its JSON: a record's own equality doesn't see into lists.</summary>
    public static KeyedTemplate Of(PoolTemplate template) =>
        new(Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(template)))[..16], template);
}

/// <summary>What an agent pool offers to pods at its greatest size.</summary>
/// <param name="Nodes">Nodes.</param>
/// <param name="CpuMillis">CPU of each node, in thousandths of a core.</param>
/// <param name="MemoryMiB">Memory of each node.</param>
/// <param name="Pods">Tenants' pods that each node takes.</param>
public sealed record PoolShape(int Nodes, int CpuMillis, int MemoryMiB, int Pods)
{
    /// <summary>The shape of pools made by a template, at the autoscaler's greatest node count.</summary>
    public static PoolShape Of(PoolTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return new(
            template.MaxCount,
            template.NodeAllocatableCpuMillis,
            template.NodeAllocatableMemoryMiB,
            Math.Max(0, template.MaxPods - template.SystemPodsPerNode));
    }
}
