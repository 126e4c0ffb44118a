using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Pools;

/// <summary>What to make or delete an agent pool needs.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Timing">How patient to be.</param>
/// <param name="NotBefore">When to write at the earliest, to stay within ARM's write budget.</param>
public sealed record PoolJob(
    [property: JsonPropertyName("pool")] PoolRef Pool,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("notBefore")] DateTimeOffset NotBefore);
