using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>One tenant's room in a pool.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its life.</param>
/// <param name="Footprint">What it takes.</param>
/// <param name="Waiter">The orchestration to tell when the pool is there; null once it was told.</param>
public sealed record Reservation(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("footprint")] Footprint Footprint,
    [property: JsonPropertyName("waiter"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Waiter = null)
{
    /// <summary>Whether it is this tenant's, in this life.</summary>
    public bool Is(string tenantId, int incarnation) => TenantId == tenantId && Incarnation == incarnation;
}
