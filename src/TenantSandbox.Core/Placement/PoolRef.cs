using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Placement;

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
