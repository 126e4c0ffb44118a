using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Placement;

/// <summary>Asks for one page of a cluster's agent pools.</summary>
/// <param name="ClusterId">The configured id of the cluster.</param>
/// <param name="After">Only pools with a name after this one, in ordinal order; null for the first page.</param>
public sealed record PoolPageQuery(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("after")] string? After);

/// <summary>One page of ARM's list of a cluster's agent pools, in ordinal order of their names; below 16 KB.</summary>
/// <param name="ClusterId">The configured id of the cluster.</param>
/// <param name="After">The name before the page's first pool, exclusive; null for the first page.</param>
/// <param name="Through">The name of the page's last pool; null if no pool follows.</param>
/// <param name="Pools">All pools of the cluster with names between these, whoever made them.</param>
public sealed record PoolPage(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("after")] string? After,
    [property: JsonPropertyName("through")] string? Through,
    [property: JsonPropertyName("pools")] IReadOnlyList<FoundPool> Pools)
{
    /// <summary>Most pools of one page.</summary>
    public const int MaxPools = 12;

    /// <summary>Whether a pool of this name would be in this page.</summary>
    public bool Covers(string name) =>
        string.CompareOrdinal(name, After) > 0 && (Through is null || string.CompareOrdinal(name, Through) <= 0);
}

/// <summary>An agent pool as ARM lists it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ResourceId">Its ARM resource id.</param>
/// <param name="Origin">Whether owner, installation and cluster are this system's, by its tags.</param>
/// <param name="Marks">This system's tags; null if it has none of them.</param>
/// <param name="State">Its provisioning state.</param>
/// <param name="Error">Why it failed; null unless it failed.</param>
/// <param name="Count">Number of nodes.</param>
/// <param name="MinCount">The autoscaler's minimum; null without an autoscaler.</param>
/// <param name="MaxCount">The autoscaler's maximum; null without an autoscaler.</param>
/// <param name="MaxPods">Pods per node.</param>
/// <param name="Version">Kubernetes version of its nodes.</param>
/// <param name="VmSize">Size of its nodes.</param>
/// <param name="WorkloadRuntime">Its workload runtime.</param>
/// <param name="OsSku">Its OS SKU.</param>
/// <param name="Zones">Its availability zones.</param>
/// <param name="NodeImage">The image of its nodes.</param>
public sealed record FoundPool(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("resourceId")] string ResourceId,
    [property: JsonPropertyName("origin")] PoolMatch Origin,
    [property: JsonPropertyName("marks")] PoolMarks? Marks,
    [property: JsonPropertyName("state")] string? State,
    [property: JsonPropertyName("error")] TenantError? Error = null,
    [property: JsonPropertyName("count")] int? Count = null,
    [property: JsonPropertyName("minCount")] int? MinCount = null,
    [property: JsonPropertyName("maxCount")] int? MaxCount = null,
    [property: JsonPropertyName("maxPods")] int? MaxPods = null,
    [property: JsonPropertyName("version")] string? Version = null,
    [property: JsonPropertyName("vmSize")] string? VmSize = null,
    [property: JsonPropertyName("workloadRuntime")] string? WorkloadRuntime = null,
    [property: JsonPropertyName("osSku")] string? OsSku = null,
    [property: JsonPropertyName("zones")] IReadOnlyList<string>? Zones = null,
    [property: JsonPropertyName("nodeImage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? NodeImage = null)
{
    /// <summary>Whether this installation made it, as far as its tags say.</summary>
    [JsonIgnore] public bool IsOwned => Origin != PoolMatch.Other;

    /// <summary>Whether it is this pool of the ledger: every tag and the resource id match.</summary>
    public bool Is(PoolRef pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return IsOwned && Marks is not null && Name == pool.Name
            && Marks == PoolMarks.Of(pool, Marks.Owner!, Marks.Installation)
            && (pool.ResourceId is null || string.Equals(pool.ResourceId, ResourceId, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>A pool with this installation's tags that the ledger doesn't have: an orphan, unless a rebuild adopts it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Marks">Its tags.</param>
/// <param name="ResourceId">Its ARM resource id.</param>
/// <param name="FirstSeenAt">When it was first seen with these tags.</param>
/// <param name="LastSeenAt">When it was last seen.</param>
public sealed record UnknownPool(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("marks")] PoolMarks Marks,
    [property: JsonPropertyName("resourceId")] string ResourceId,
    [property: JsonPropertyName("firstSeenAt")] DateTimeOffset FirstSeenAt,
    [property: JsonPropertyName("lastSeenAt")] DateTimeOffset LastSeenAt);
