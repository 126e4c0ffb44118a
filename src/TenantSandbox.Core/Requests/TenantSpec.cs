using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Core.Requests.Volumes;

namespace TenantSandbox.Core.Requests;

/// <summary>The desired state of a tenant.</summary>
/// <param name="Tier">Pooled or dedicated agent pools.</param>
/// <param name="Cluster">The configured id of the cluster to use; null lets placement choose.</param>
/// <param name="Region">The Azure region to use; null for any. Exclusive with a cluster.</param>
/// <param name="Workloads">1 to 20 workloads, unique by name.</param>
/// <param name="EgressAllowList">Destinations that workloads may connect to besides DNS and the tenant's pods; empty for none.</param>
public sealed record TenantSpec(
    [property: JsonPropertyName("tier")] TenantTier Tier,
    [property: JsonPropertyName("cluster")] string? Cluster,
    [property: JsonPropertyName("region")] string? Region,
    [property: JsonPropertyName("workloads")] IReadOnlyList<WorkloadSpec> Workloads,
    [property: JsonPropertyName("egressAllowList")] IReadOnlyList<EgressRule> EgressAllowList)
{
    /// <summary>The files and variables that the workloads use; null for none. Unique by name.</summary>
    [JsonPropertyName("configMaps"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ConfigMapSpec>? ConfigMaps { get; init; }

    /// <summary>The persistent claims that the workloads use; null for none. Unique by name.</summary>
    [JsonPropertyName("claims"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ClaimSpec>? Claims { get; init; }

    /// <summary>The Secrets whose values come from Key Vault; null for none.</summary>
    [JsonPropertyName("secretRefs"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SecretRef>? SecretRefs { get; init; }

    /// <summary>The expiry in specs that the first version stored; today it isn't part of the spec. Always null in new ones.</summary>
    [JsonPropertyName("expiresAt"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? StoredExpiresAt { get; init; }
}

/// <summary>Whether a tenant shares agent pools with others (each pod still has its own guest kernel) or has dedicated ones.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TenantTier>))]
public enum TenantTier
{
    [JsonStringEnumMemberName("pooled")] Pooled,
    [JsonStringEnumMemberName("dedicated")] Dedicated,
}

/// <summary>A destination that workloads may connect to: exactly one of the block, the host and the workload is not null.</summary>
/// <param name="Cidr">An IPv4 or IPv6 block in canonical form.</param>
/// <param name="Ports">Ports; empty for all. At least one for a host.</param>
/// <param name="Host">A host name; its first label may contain one <c>*</c>, which stands for any characters of the label.</param>
/// <param name="Workload">A workload of the same tenant.</param>
public sealed record EgressRule(
    [property: JsonPropertyName("cidr"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cidr,
    [property: JsonPropertyName("ports")] IReadOnlyList<WorkloadPort> Ports,
    [property: JsonPropertyName("host"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Host = null,
    [property: JsonPropertyName("workload"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Workload = null)
{
    /// <summary>What it names, as text.</summary>
    [JsonIgnore]
    public string Destination => Cidr ?? Host ?? Workload ?? "";
}
