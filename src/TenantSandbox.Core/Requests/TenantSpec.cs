using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>The state a tenant should be in.</summary>
/// <param name="Tier">Pooled or dedicated agent pools.</param>
/// <param name="Cluster">The cluster to use, by its configured id; null lets placement choose.</param>
/// <param name="Region">An Azure region to stay in; null for any. Not given together with a cluster.</param>
/// <param name="ExpiresAt">When the tenant is to be offboarded; null for never. A time to live in the request is turned into this at the door.</param>
/// <param name="Workloads">What runs; 1 to 20, unique by name.</param>
/// <param name="EgressAllowList">Where workloads may connect to besides DNS; empty for nowhere.</param>
public sealed record TenantSpec(
    [property: JsonPropertyName("tier")] TenantTier Tier,
    [property: JsonPropertyName("cluster")] string? Cluster,
    [property: JsonPropertyName("region")] string? Region,
    [property: JsonPropertyName("expiresAt")] DateTimeOffset? ExpiresAt,
    [property: JsonPropertyName("workloads")] IReadOnlyList<WorkloadSpec> Workloads,
    [property: JsonPropertyName("egressAllowList")] IReadOnlyList<EgressRule> EgressAllowList);

/// <summary>Whether a tenant shares agent pools with others (each pod still has its own guest kernel) or has its own.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TenantTier>))]
public enum TenantTier
{
    [JsonStringEnumMemberName("pooled")] Pooled,
    [JsonStringEnumMemberName("dedicated")] Dedicated,
}

/// <summary>One destination that a tenant's workloads may connect to.</summary>
/// <param name="Cidr">An IPv4 or IPv6 block, in canonical form.</param>
/// <param name="Ports">Ports; empty for all.</param>
public sealed record EgressRule(
    [property: JsonPropertyName("cidr")] string Cidr,
    [property: JsonPropertyName("ports")] IReadOnlyList<WorkloadPort> Ports);
