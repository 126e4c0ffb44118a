using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Placement;

/// <summary>Asks a cluster for room.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its life; asking again for the same one gets the same room.</param>
/// <param name="Tier">Pooled, or an agent pool of its own.</param>
/// <param name="Pods">What is to run.</param>
/// <param name="Template">How a new pool would be made.</param>
/// <param name="Timing">The cluster's patience and write budget.</param>
/// <param name="Waiter">The orchestration to tell when a pool in the making is there.</param>
/// <param name="At">Now, by the caller's clock.</param>
public sealed record ReserveRequest(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("tier")] TenantTier Tier,
    [property: JsonPropertyName("pods")] IReadOnlyList<PodGroup> Pods,
    [property: JsonPropertyName("template")] PoolTemplate Template,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("waiter")] string Waiter,
    [property: JsonPropertyName("at")] DateTimeOffset At);
