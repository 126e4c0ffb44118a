using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Pools;

/// <summary>One cluster as a place for tenants.</summary>
/// <param name="ClusterId">The configured id; never parsed.</param>
/// <param name="Region">Azure region.</param>
/// <param name="PoolTemplate">How new pools are made.</param>
/// <param name="Timing">How long to wait for what on this cluster.</param>
public sealed record ClusterTarget(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("region")] string Region,
    [property: JsonPropertyName("poolTemplate")] PoolTemplate PoolTemplate,
    [property: JsonPropertyName("timing")] OperationTiming Timing);
