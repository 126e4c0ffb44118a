using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tenants;

/// <summary>What an offboarding needs.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">The life that ends.</param>
/// <param name="Revision">The revision that ends it.</param>
/// <param name="Placement">Where it runs, or where something of it may be left; null when there is nothing anywhere.</param>
/// <param name="StartedAt">When the tenant started it.</param>
public sealed record OffboardInput(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("placement")] TenantPlacement? Placement,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt);
