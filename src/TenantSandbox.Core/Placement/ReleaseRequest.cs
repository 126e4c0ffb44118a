using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>Releases a tenant's reservation in a cluster.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its incarnation.</param>
/// <param name="PoolName">The pool it was placed in, so that a failed deletion is retried; null when unknown.</param>
/// <param name="Timing">The cluster's time-outs and write budget.</param>
/// <param name="Waiter">The orchestration to notify when the pool is deleted, if this was its last reservation.</param>
/// <param name="RequestedAt">Current time, by the caller's clock.</param>
public sealed record ReleaseRequest(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("poolName")] string? PoolName,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("waiter")] string Waiter,
    [property: JsonPropertyName("at")] DateTimeOffset RequestedAt);

/// <summary>The result of a release. Releasing again gives the same result.</summary>
/// <param name="Pool">The pool; null when the ledger does not have it.</param>
/// <param name="IsPoolBeingDeleted">
/// True when the pool is being deleted, or will be once its creation ends; the waiter is notified of the outcome. False when other
/// tenants still use it, or when the ledger does not have it.
/// </param>
/// <param name="RemainingTenants">Number of other tenants with a reservation in the pool.</param>
public sealed record ReleaseAnswer(
    [property: JsonPropertyName("pool")] PoolRef? Pool,
    [property: JsonPropertyName("goes")] bool IsPoolBeingDeleted,
    [property: JsonPropertyName("tenants")] int RemainingTenants);
