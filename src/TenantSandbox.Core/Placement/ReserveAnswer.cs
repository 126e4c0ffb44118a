using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Placement;

/// <summary>What a cluster says to a request for room.</summary>
/// <param name="Outcome">Use, wait or refused.</param>
/// <param name="Pool">The pool with the reserved room; null when refused.</param>
/// <param name="NotBefore">When the pool's creation starts at the earliest, while it waits for ARM's write budget.</param>
/// <param name="Why">Why this pool was chosen, or none.</param>
/// <param name="Error">The refusal, for reports; null otherwise.</param>
public sealed record ReserveAnswer(
    [property: JsonPropertyName("outcome")] ReserveOutcome Outcome,
    [property: JsonPropertyName("pool")] PoolRef? Pool,
    [property: JsonPropertyName("notBefore")] DateTimeOffset? NotBefore,
    [property: JsonPropertyName("why")] string Why,
    [property: JsonPropertyName("error")] TenantError? Error = null);
