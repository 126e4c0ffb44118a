using System.Text.Json.Serialization;
using TenantSandbox.Core.Placement;

namespace TenantSandbox.Core.Tenants;

/// <summary>Where a tenant runs.</summary>
/// <param name="ClusterId">The cluster's configured id.</param>
/// <param name="Region">Its Azure region.</param>
/// <param name="PoolName">The agent pool; null when none is reserved (any more).</param>
/// <param name="Timing">How patient its operations are, as it was when the tenant was placed.</param>
public sealed record TenantPlacement(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("region")] string Region,
    [property: JsonPropertyName("poolName")] string? PoolName,
    [property: JsonPropertyName("timing")] OperationTiming Timing);
