using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>Gives a tenant's room free.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its life.</param>
/// <param name="PoolName">The pool it was on, so that a deletion that failed before is tried again; null when it isn't known.</param>
/// <param name="Timing">The cluster's patience and write budget.</param>
/// <param name="Waiter">The orchestration to tell when the pool is gone, if this empties it.</param>
/// <param name="At">Now, by the caller's clock.</param>
public sealed record ReleaseRequest(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("poolName")] string? PoolName,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("waiter")] string Waiter,
    [property: JsonPropertyName("at")] DateTimeOffset At);
