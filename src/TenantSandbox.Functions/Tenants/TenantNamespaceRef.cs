using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Tenants;

/// <summary>A tenant's namespace, for taking it down.</summary>
public sealed record TenantNamespaceRef(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("clusterId")] string ClusterId);
