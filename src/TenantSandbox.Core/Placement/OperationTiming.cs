using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>
/// Time-outs, polling delays and write budget of a cluster's operations. Passed to orchestrations as data, because configuration
/// must not be read during replay.
/// </summary>
/// <param name="PollMinSeconds">Shortest polling delay, fractions allowed. A service's Retry-After is clamped to the range.</param>
/// <param name="PollMaxSeconds">Longest polling delay.</param>
/// <param name="PoolCreateSeconds">Time-out for a pool to become ready.</param>
/// <param name="PoolDeleteSeconds">Time-out for a pool's deletion.</param>
/// <param name="RolloutSeconds">Time-out for a tenant's Deployments to become available, including the time to add a node.</param>
/// <param name="NamespaceDeleteSeconds">Time-out for a namespace's deletion.</param>
/// <param name="WriteBurst">
/// Number of pool writes one cluster may make at once. AKS allows 60 calls other than PUT for each subscription and region, refilled
/// at one a second (AKS quotas, 2026-08).
/// </param>
/// <param name="WriteRefillSeconds">Seconds until one more write is allowed.</param>
public sealed record OperationTiming(
    [property: JsonPropertyName("pollMinSeconds")] double PollMinSeconds,
    [property: JsonPropertyName("pollMaxSeconds")] double PollMaxSeconds,
    [property: JsonPropertyName("poolCreateSeconds")] int PoolCreateSeconds,
    [property: JsonPropertyName("poolDeleteSeconds")] int PoolDeleteSeconds,
    [property: JsonPropertyName("rolloutSeconds")] int RolloutSeconds,
    [property: JsonPropertyName("namespaceDeleteSeconds")] int NamespaceDeleteSeconds,
    [property: JsonPropertyName("writeBurst")] int WriteBurst = 60,
    [property: JsonPropertyName("writeRefillSeconds")] int WriteRefillSeconds = 1);
