using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Placement;

/// <summary>Asks a cluster to reserve capacity for a tenant.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its incarnation; asking again for the same one returns the same reservation.</param>
/// <param name="Tier">Pooled, or a dedicated agent pool.</param>
/// <param name="Pods">The pods to run.</param>
/// <param name="Template">The settings for a new pool, if one is needed.</param>
/// <param name="Timing">The cluster's time-outs and write budget.</param>
/// <param name="Waiter">The orchestration to notify when a pool that is being created is ready.</param>
/// <param name="RequestedAt">Current time, by the caller's clock.</param>
public sealed record ReserveRequest(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("tier")] TenantTier Tier,
    [property: JsonPropertyName("pods")] IReadOnlyList<PodGroup> Pods,
    [property: JsonPropertyName("template")] PoolTemplate Template,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("waiter")] string Waiter,
    [property: JsonPropertyName("at")] DateTimeOffset RequestedAt);

/// <summary>A cluster's answer to a <see cref="ReserveRequest"/>.</summary>
/// <param name="Outcome">Use, wait or refused.</param>
/// <param name="Pool">The pool with the reservation; null when refused.</param>
/// <param name="NotBefore">Earliest start of the pool's creation under ARM's write budget; null when the pool is ready or refused.</param>
/// <param name="Reason">Why this pool was chosen, or why none.</param>
/// <param name="Error">The refusal as an error; null otherwise.</param>
public sealed record ReserveAnswer(
    [property: JsonPropertyName("outcome")] ReserveOutcome Outcome,
    [property: JsonPropertyName("pool")] PoolRef? Pool,
    [property: JsonPropertyName("notBefore")] DateTimeOffset? NotBefore,
    [property: JsonPropertyName("why")] string Reason,
    [property: JsonPropertyName("error")] TenantError? Error = null);

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
}
