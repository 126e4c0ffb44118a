using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>How patient orchestrations are. It reaches them as data, because they may not read configuration.</summary>
/// <param name="PollMinSeconds">Least wait between two looks at a resource, fractions allowed; a service's Retry-After is clamped to the range.</param>
/// <param name="PollMaxSeconds">Greatest wait between two looks.</param>
/// <param name="PoolCreateSeconds">How long a pool may take to become ready.</param>
/// <param name="PoolDeleteSeconds">How long a pool may take to go.</param>
/// <param name="RolloutSeconds">How long a tenant's Deployments may take to become available, a node being added included.</param>
/// <param name="NamespaceDeleteSeconds">How long a namespace may take to go.</param>
/// <param name="WriteBurst">
/// How many pool writes one cluster may make at once. AKS keeps a bucket of 60 for a subscription and region, refilled by
/// one a second, for calls other than PUT (AKS quotas, 2026-08).
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
