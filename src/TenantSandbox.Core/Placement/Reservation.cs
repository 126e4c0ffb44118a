using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>The capacity that one operation reserved for a tenant in a pool.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its incarnation.</param>
/// <param name="Footprint">The reserved capacity.</param>
/// <param name="Waiter">The orchestration to notify when the pool is ready; null once it was notified.</param>
/// <param name="Sequence">The number of the operation that made it; 0 for one that an older version stored.</param>
public sealed record Reservation(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("footprint")] Footprint Footprint,
    [property: JsonPropertyName("waiter"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Waiter = null,
    [property: JsonPropertyName("sequence"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Sequence = 0)
{
    /// <summary>Whether it belongs to this incarnation of this tenant.</summary>
    public bool BelongsTo(string tenantId, int incarnation) => TenantId == tenantId && Incarnation == incarnation;

    /// <summary>Whether it belongs to this incarnation of this tenant and, unless null, to this operation.</summary>
    public bool BelongsTo(string tenantId, int incarnation, long? sequence) =>
        BelongsTo(tenantId, incarnation) && (sequence is null || Sequence == sequence);
}
