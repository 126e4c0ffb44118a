using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Placement;

/// <summary>Asks a cluster to reserve capacity for a tenant.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its incarnation.</param>
/// <param name="Tier">Pooled, or a dedicated agent pool.</param>
/// <param name="Pods">The pods to run.</param>
/// <param name="Template">The settings for a new pool, if one is needed.</param>
/// <param name="Timing">The cluster's time-outs and write budget.</param>
/// <param name="Waiter">The orchestration to notify when a pool that is being created is ready.</param>
/// <param name="RequestedAt">Current time, by the caller's clock.</param>
/// <param name="Sequence">The operation's number; asking again for the same one of the same incarnation returns the same reservation.</param>
/// <param name="CurrentPool">The pool that the tenant runs in and should stay in, if it fits there; null if it runs nowhere.</param>
/// <param name="VolumeZones">The zones of the tenant's volumes, see <see cref="Placement.VolumeZones"/>; null for none that is known.</param>
public sealed record ReserveRequest(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("tier")] TenantTier Tier,
    [property: JsonPropertyName("pods")] IReadOnlyList<PodGroup> Pods,
    [property: JsonPropertyName("template")] PoolTemplate Template,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("waiter")] string Waiter,
    [property: JsonPropertyName("at")] DateTimeOffset RequestedAt,
    [property: JsonPropertyName("sequence"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Sequence = 0,
    [property: JsonPropertyName("currentPool"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CurrentPool = null,
    [property: JsonPropertyName("volumeZones"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<IReadOnlyList<string>>? VolumeZones = null);

/// <summary>A cluster's answer to a <see cref="ReserveRequest"/>.</summary>
/// <param name="Outcome">Use, wait or refused.</param>
/// <param name="Pool">The pool with the reservation; null when refused.</param>
/// <param name="NotBefore">Earliest start of the pool's creation under ARM's write budget; null when the pool is ready or refused.</param>
/// <param name="Reason">Why this pool was chosen, or why none.</param>
/// <param name="Error">The refusal as an error; null otherwise.</param>
/// <param name="MustRead">
/// Whether the pool must be read on ARM before use, as the ledger may be wrong. False in answers of a version that didn't ask for it.
/// </param>
/// <param name="OperationId">The orchestration that creates the pool; null when none does, and in answers of an earlier version.</param>
public sealed record ReserveAnswer(
    [property: JsonPropertyName("outcome")] ReserveOutcome Outcome,
    [property: JsonPropertyName("pool")] PoolRef? Pool,
    [property: JsonPropertyName("notBefore")] DateTimeOffset? NotBefore,
    [property: JsonPropertyName("why")] string Reason,
    [property: JsonPropertyName("error")] TenantError? Error = null,
    [property: JsonPropertyName("mustRead"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool MustRead = false,
    [property: JsonPropertyName("operationId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? OperationId = null);

/// <summary>Outcome of a reservation.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReserveOutcome>))]
public enum ReserveOutcome
{
    /// <summary>Capacity is reserved in a pool that is ready.</summary>
    [JsonStringEnumMemberName("use")] Use,

    /// <summary>Capacity is reserved in a pool that is being created; the waiter is notified of the outcome.</summary>
    [JsonStringEnumMemberName("wait")] Wait,

    /// <summary>Nothing is reserved.</summary>
    [JsonStringEnumMemberName("refused")] Refused,

    /// <summary>Nothing is reserved yet: the ledger must first observe the pools on ARM. Reserve again after that.</summary>
    [JsonStringEnumMemberName("observe")] Observe,
}
