using System.Text.Json.Serialization;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Pools;

/// <summary>One look at a pool.</summary>
/// <param name="Condition">What was seen.</param>
/// <param name="Detail">The provisioning state or the error, for people.</param>
/// <param name="RetryAfterSeconds">How long the service asked to wait; null if it did not say.</param>
/// <param name="ErrorClass">
/// Set when failed. Also when in progress if the call was not accepted this time (throttled, or another operation is running): then
/// the same call is to be made again, since what it asks for is not under way.
/// </param>
/// <param name="Code">The service's error code, with <paramref name="ErrorClass"/>.</param>
public sealed record PoolObservation(
    [property: JsonPropertyName("condition")] PoolCondition Condition,
    [property: JsonPropertyName("detail")] string Detail,
    [property: JsonPropertyName("retryAfterSeconds")] int? RetryAfterSeconds = null,
    [property: JsonPropertyName("errorClass")] ErrorClass? ErrorClass = null,
    [property: JsonPropertyName("code")] string? Code = null);
