using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Placement;

/// <summary>Tells the ledger that a pool which it offers can't be used.</summary>
/// <param name="PoolName">The pool.</param>
/// <param name="IsMissing">
/// True when a fresh read found no pool with its tags: the ledger drops it with all its reservations. False when it exists but is
/// failed or being deleted: the ledger closes it for reservations.
/// </param>
/// <param name="Error">What was read.</param>
/// <param name="Timing">The cluster's time-outs and write budget.</param>
/// <param name="ReportedAt">Current time, by the caller's clock.</param>
public sealed record PoolHealthReport(
    [property: JsonPropertyName("poolName")] string PoolName,
    [property: JsonPropertyName("missing")] bool IsMissing,
    [property: JsonPropertyName("error")] TenantError Error,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("at")] DateTimeOffset ReportedAt);

/// <summary>Asks the ledger to start a pool's operation again, because its orchestration died, or because a deletion failed.</summary>
/// <param name="PoolName">The pool.</param>
/// <param name="InstanceId">The orchestration that died; null to retry a failed deletion. Nothing happens if another one runs by now.</param>
/// <param name="Timing">The cluster's time-outs and write budget.</param>
/// <param name="RequestedAt">Current time, by the caller's clock.</param>
public sealed record PoolRestart(
    [property: JsonPropertyName("poolName")] string PoolName,
    [property: JsonPropertyName("instanceId")] string? InstanceId,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("at")] DateTimeOffset RequestedAt);

/// <summary>Restores a pool and the reservations in it from what was found on ARM and Kubernetes.</summary>
/// <param name="Pool">The pool as ARM lists it.</param>
/// <param name="Template">The cluster's template; its sizes are replaced by the pool's own.</param>
/// <param name="Reservations">The tenants whose namespaces are bound to the pool; at least one.</param>
/// <param name="AdoptedAt">Current time, by the caller's clock.</param>
public sealed record PoolAdoption(
    [property: JsonPropertyName("pool")] FoundPool Pool,
    [property: JsonPropertyName("template")] PoolTemplate Template,
    [property: JsonPropertyName("reservations")] IReadOnlyList<AdoptedReservation> Reservations,
    [property: JsonPropertyName("at")] DateTimeOffset AdoptedAt);

/// <summary>A reservation to restore.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its incarnation.</param>
/// <param name="Sequence">The number of its last known operation.</param>
/// <param name="Pods">Its pods; null when the spec is unknown. Then the pool counts as full, so that no other tenant is placed there.</param>
public sealed record AdoptedReservation(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("sequence")] long Sequence,
    [property: JsonPropertyName("pods")] IReadOnlyList<PodGroup>? Pods);
