using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Placement;

/// <summary>Asks a cluster for room.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its life; asking again for the same one gets the same room.</param>
/// <param name="Tier">Pooled, or an agent pool of its own.</param>
/// <param name="Pods">What is to run.</param>
/// <param name="Template">How a new pool would be made.</param>
/// <param name="Timing">The cluster's patience and write budget.</param>
/// <param name="Waiter">The orchestration to tell when a pool in the making is there.</param>
/// <param name="RequestedAt">Now, by the caller's clock.</param>
public sealed record ReserveRequest(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("tier")] TenantTier Tier,
    [property: JsonPropertyName("pods")] IReadOnlyList<PodGroup> Pods,
    [property: JsonPropertyName("template")] PoolTemplate Template,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("waiter")] string Waiter,
    [property: JsonPropertyName("at")] DateTimeOffset RequestedAt);

/// <summary>What a cluster says to a request for room.</summary>
/// <param name="Outcome">Use, wait or refused.</param>
/// <param name="Pool">The pool with the reserved room; null when refused.</param>
/// <param name="NotBefore">When the pool's creation starts at the earliest, while it waits for ARM's write budget.</param>
/// <param name="Reason">Why this pool was chosen, or none.</param>
/// <param name="Error">The refusal, for reports; null otherwise.</param>
public sealed record ReserveAnswer(
    [property: JsonPropertyName("outcome")] ReserveOutcome Outcome,
    [property: JsonPropertyName("pool")] PoolRef? Pool,
    [property: JsonPropertyName("notBefore")] DateTimeOffset? NotBefore,
    [property: JsonPropertyName("why")] string Reason,
    [property: JsonPropertyName("error")] TenantError? Error = null);

/// <summary>The answer to a request for room.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReserveOutcome>))]
public enum ReserveOutcome
{
    /// <summary>Room is reserved in a pool that is there.</summary>
    [JsonStringEnumMemberName("use")] Use,

    /// <summary>Room is reserved in a pool in the making; the waiter is told how that ends.</summary>
    [JsonStringEnumMemberName("wait")] Wait,

    /// <summary>Nothing is reserved.</summary>
    [JsonStringEnumMemberName("refused")] Refused,
}
