using System.Text.Json.Serialization;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Pools;

/// <summary>Where a tenant wants to run.</summary>
public sealed record ClusterQuery(
    [property: JsonPropertyName("cluster")] string? Cluster,
    [property: JsonPropertyName("region")] string? Region);

/// <summary>Clusters that fit a query, best first, with the settings in force when they were read: configuration enters an orchestration only here.</summary>
public sealed record ClusterCandidates([property: JsonPropertyName("clusters")] IReadOnlyList<ClusterTarget> Clusters);

/// <summary>One cluster as a place for tenants.</summary>
/// <param name="ClusterId">The configured id; never parsed.</param>
/// <param name="Region">Azure region.</param>
/// <param name="PoolTemplate">How new pools are made.</param>
/// <param name="RuntimeClassName">The kata RuntimeClass to name in pods.</param>
public sealed record ClusterTarget(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("region")] string Region,
    [property: JsonPropertyName("poolTemplate")] PoolTemplate PoolTemplate,
    [property: JsonPropertyName("runtimeClassName")] string RuntimeClassName);

/// <summary>How a new agent pool is made.</summary>
/// <param name="VmSize">Generation 2 with nested virtualization, not Arm.</param>
/// <param name="WorkloadRuntime">Wire value, <c>KataVmIsolation</c> unless the cluster still has the preview's name.</param>
/// <param name="OsSku">Wire value, <c>AzureLinux</c> likewise.</param>
/// <param name="MinCount">Autoscaler's least node count.</param>
/// <param name="MaxCount">Autoscaler's greatest node count; capacity is planned for this.</param>
/// <param name="MaxPods">Pods a node, 10 to 250.</param>
/// <param name="NodeAllocatableMemoryMiB">Memory of one node that pods can use.</param>
/// <param name="NodeAllocatableCpuMillis">CPU of one node that pods can use.</param>
/// <param name="PodOverheadMemoryMiB">What the RuntimeClass adds to each pod.</param>
/// <param name="Zones">Availability zones; empty for regional.</param>
public sealed record PoolTemplate(
    [property: JsonPropertyName("vmSize")] string VmSize,
    [property: JsonPropertyName("workloadRuntime")] string WorkloadRuntime,
    [property: JsonPropertyName("osSku")] string OsSku,
    [property: JsonPropertyName("minCount")] int MinCount,
    [property: JsonPropertyName("maxCount")] int MaxCount,
    [property: JsonPropertyName("maxPods")] int MaxPods,
    [property: JsonPropertyName("nodeAllocatableMemoryMiB")] int NodeAllocatableMemoryMiB,
    [property: JsonPropertyName("nodeAllocatableCpuMillis")] int NodeAllocatableCpuMillis,
    [property: JsonPropertyName("podOverheadMemoryMiB")] int PodOverheadMemoryMiB,
    [property: JsonPropertyName("zones")] IReadOnlyList<string> Zones);

/// <summary>One agent pool that this system owns.</summary>
/// <param name="ClusterId">The configured id of its cluster.</param>
/// <param name="Name"><c>^[a-z][a-z0-9]{0,11}$</c>, never used twice in a cluster.</param>
/// <param name="Generation">The ledger's number of the pool; written to its tags with the owner, and compared before any write.</param>
/// <param name="Tier">Whom it is for.</param>
/// <param name="DedicatedTo">The tenant that has it alone; null for a pooled one.</param>
/// <param name="Template">What it is made of.</param>
public sealed record PoolRef(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("generation")] long Generation,
    [property: JsonPropertyName("tier")] TenantTier Tier,
    [property: JsonPropertyName("dedicatedTo")] string? DedicatedTo,
    [property: JsonPropertyName("template")] PoolTemplate Template);

/// <summary>What a pool was seen to be.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PoolCondition>))]
public enum PoolCondition
{
    /// <summary>An operation is under way, or the answer was "later": look again.</summary>
    [JsonStringEnumMemberName("inProgress")] InProgress,

    /// <summary>Succeeded with every desired field in place.</summary>
    [JsonStringEnumMemberName("ready")] Ready,

    /// <summary>Failed or Canceled; <see cref="PoolObservation.ErrorClass"/> says why.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>There is no such pool.</summary>
    [JsonStringEnumMemberName("absent")] Absent,
}

/// <summary>One look at a pool.</summary>
/// <param name="Condition">What was seen.</param>
/// <param name="Detail">The provisioning state or the error, for people.</param>
/// <param name="RetryAfterSeconds">How long the service asked to wait; null if it did not say.</param>
/// <param name="ErrorClass">Set when failed.</param>
/// <param name="Code">The service's error code, when failed.</param>
public sealed record PoolObservation(
    [property: JsonPropertyName("condition")] PoolCondition Condition,
    [property: JsonPropertyName("detail")] string Detail,
    [property: JsonPropertyName("retryAfterSeconds")] int? RetryAfterSeconds = null,
    [property: JsonPropertyName("errorClass")] ErrorClass? ErrorClass = null,
    [property: JsonPropertyName("code")] string? Code = null);
