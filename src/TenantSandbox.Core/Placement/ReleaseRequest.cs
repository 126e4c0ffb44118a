using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>Releases one or all reservations of a tenant's incarnation in a cluster.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its incarnation.</param>
/// <param name="PoolName">The pool it was placed in, so that a failed deletion is retried; null when unknown.</param>
/// <param name="Timing">The cluster's time-outs and write budget.</param>
/// <param name="Waiter">The orchestration to notify when a pool is deleted, if this was its last reservation.</param>
/// <param name="RequestedAt">Current time, by the caller's clock.</param>
/// <param name="Sequence">The operation whose reservation is released; null for all of the incarnation.</param>
public sealed record ReleaseRequest(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("poolName")] string? PoolName,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("waiter")] string Waiter,
    [property: JsonPropertyName("at")] DateTimeOffset RequestedAt,
    [property: JsonPropertyName("sequence"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Sequence = null);

/// <summary>The result of a release for one pool. Releasing again gives the same result.</summary>
/// <param name="Pool">The pool; null when the ledger does not have it.</param>
/// <param name="IsPoolBeingDeleted">
/// True when the pool is being deleted, or will be once its creation ends; the waiter is notified of the outcome. False when other
/// tenants still use it, or when the ledger does not have it.
/// </param>
/// <param name="RemainingTenants">Number of tenants with a reservation in the pool.</param>
/// <param name="NotBefore">Earliest start of the deletion under ARM's write budget; null when none was started.</param>
/// <param name="OperationId">The orchestration that deletes the pool, or still creates it; null when none does, and in answers of an earlier version.</param>
/// <param name="Others">The same for every other pool in which a reservation was released; null when there is none.</param>
public sealed record ReleaseAnswer(
    [property: JsonPropertyName("pool")] PoolRef? Pool,
    [property: JsonPropertyName("goes")] bool IsPoolBeingDeleted,
    [property: JsonPropertyName("tenants")] int RemainingTenants,
    [property: JsonPropertyName("notBefore"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? NotBefore = null,
    [property: JsonPropertyName("operationId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? OperationId = null,
    [property: JsonPropertyName("others"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ReleaseAnswer>? Others = null)
{
    /// <summary>One answer for each pool.</summary>
    [JsonIgnore] public IEnumerable<ReleaseAnswer> All => [this with { Others = null }, .. Others ?? []];
}
