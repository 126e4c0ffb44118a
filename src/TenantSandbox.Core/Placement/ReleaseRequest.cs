using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>Gives a tenant's room free.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its life.</param>
/// <param name="PoolName">The pool it was on, so that a deletion that failed before is tried again; null when it isn't known.</param>
/// <param name="Timing">The cluster's patience and write budget.</param>
/// <param name="Waiter">The orchestration to tell when the pool is gone, if this empties it.</param>
/// <param name="RequestedAt">Now, by the caller's clock.</param>
public sealed record ReleaseRequest(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("poolName")] string? PoolName,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("waiter")] string Waiter,
    [property: JsonPropertyName("at")] DateTimeOffset RequestedAt);

/// <summary>What giving room free led to. The same for something that was given free before.</summary>
/// <param name="Pool">The pool, while the ledger knows it.</param>
/// <param name="IsPoolBeingDeleted">True when the pool is on its way out; the waiter is told how that ends. False when it stays for other tenants, or isn't known any more.</param>
/// <param name="RemainingTenants">How many other tenants have room in it.</param>
public sealed record ReleaseAnswer(
    [property: JsonPropertyName("pool")] PoolRef? Pool,
    [property: JsonPropertyName("goes")] bool IsPoolBeingDeleted,
    [property: JsonPropertyName("tenants")] int RemainingTenants);
