using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>What giving room free led to. The same for something that was given free before.</summary>
/// <param name="Pool">The pool, while the ledger knows it.</param>
/// <param name="Goes">True when the pool is on its way out; the waiter is told how that ends. False when it stays for other tenants, or isn't known any more.</param>
/// <param name="Tenants">How many other tenants have room in it.</param>
public sealed record ReleaseAnswer(
    [property: JsonPropertyName("pool")] PoolRef? Pool,
    [property: JsonPropertyName("goes")] bool Goes,
    [property: JsonPropertyName("tenants")] int Tenants);
