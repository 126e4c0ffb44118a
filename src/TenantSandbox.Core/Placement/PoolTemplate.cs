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
