using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Placement;

/// <summary>Tells the ledger, and then whoever waits for the pool, how making or deleting it ended.</summary>
/// <param name="PoolName">The pool.</param>
/// <param name="End">What became of it.</param>
/// <param name="Error">What failed; null when nothing did.</param>
/// <param name="Timing">The cluster's patience and write budget.</param>
/// <param name="At">When, by the reporting orchestration's clock.</param>
public sealed record PoolReport(
    [property: JsonPropertyName("poolName")] string PoolName,
    [property: JsonPropertyName("end")] PoolEnd End,
    [property: JsonPropertyName("error")] TenantError? Error,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("at")] DateTimeOffset At)
{
    /// <summary>Name of the external event that carries this to a waiter. One name a pool: news of one never reaches a wait for another.</summary>
    public static string EventName(string clusterId, string poolName) => $"pool:{clusterId}:{poolName}";
}
