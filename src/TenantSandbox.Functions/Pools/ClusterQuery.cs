using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Pools;

/// <summary>Where a tenant wants to run.</summary>
public sealed record ClusterQuery(
    [property: JsonPropertyName("cluster")] string? Cluster,
    [property: JsonPropertyName("region")] string? Region);
