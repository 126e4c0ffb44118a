using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>What differs between the ledger and ARM's list of pools.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PoolFindingKind>))]
public enum PoolFindingKind
{
    /// <summary>The ledger has the pool, ARM doesn't.</summary>
    [JsonStringEnumMemberName("missing")] Missing,

    /// <summary>The pool failed on ARM. It is closed for reservations.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>Someone else deletes the pool. It is closed for reservations.</summary>
    [JsonStringEnumMemberName("beingDeleted")] BeingDeleted,

    /// <summary>A pool has the name of one of the ledger's, but other tags or another resource id. The ledger's is closed for reservations.</summary>
    [JsonStringEnumMemberName("lookAlike")] LookAlike,

    /// <summary>The pool was unusable and is usable again.</summary>
    [JsonStringEnumMemberName("recovered")] Recovered,

    /// <summary>The pool's deletion failed and will be retried.</summary>
    [JsonStringEnumMemberName("stuck")] Stuck,

    /// <summary>A pool with this installation's tags that the ledger doesn't have.</summary>
    [JsonStringEnumMemberName("unknown")] Unknown,

    /// <summary>The pool was made by an older version and lacks the installation's tag.</summary>
    [JsonStringEnumMemberName("untagged")] Untagged,

    /// <summary>The pool's autoscaler range differs from the one that capacity is planned for.</summary>
    [JsonStringEnumMemberName("resized")] Resized,

    /// <summary>The orchestration that creates or deletes the pool has ended without a report.</summary>
    [JsonStringEnumMemberName("operationDied")] OperationDied,
}

/// <summary>One difference between the ledger and ARM.</summary>
/// <param name="Kind">What differs.</param>
/// <param name="PoolName">The pool.</param>
/// <param name="Detail">What was found, for people; at most 300 characters.</param>
/// <param name="Since">Since when; null if that isn't known.</param>
public sealed record PoolFinding(
    [property: JsonPropertyName("kind")] PoolFindingKind Kind,
    [property: JsonPropertyName("pool")] string PoolName,
    [property: JsonPropertyName("detail")] string Detail,
    [property: JsonPropertyName("since")] DateTimeOffset? Since = null);

/// <summary>An orchestration that the ledger waits for.</summary>
/// <param name="PoolName">The pool that it creates or deletes.</param>
/// <param name="InstanceId">Its instance id.</param>
/// <param name="NotBefore">The earliest time of its first write.</param>
public sealed record RunningPoolOperation(
    [property: JsonPropertyName("pool")] string PoolName,
    [property: JsonPropertyName("instanceId")] string InstanceId,
    [property: JsonPropertyName("notBefore")] DateTimeOffset NotBefore);

/// <summary>The differences in one page of ARM's list.</summary>
/// <param name="Findings">At most <see cref="MaxFindings"/>.</param>
/// <param name="Omitted">Number of further ones.</param>
public sealed record ClusterFindings(
    [property: JsonPropertyName("findings")] IReadOnlyList<PoolFinding> Findings,
    [property: JsonPropertyName("omitted")] int Omitted)
{
    /// <summary>Keeps the answer below 16 KB.</summary>
    public const int MaxFindings = 30;
}

/// <summary>One page of ARM's list, as the ledger receives it.</summary>
/// <param name="Page">The page.</param>
/// <param name="ReadAt">When reading it began, by the caller's clock.</param>
public sealed record ClusterObservation(
    [property: JsonPropertyName("page")] PoolPage Page,
    [property: JsonPropertyName("at")] DateTimeOffset ReadAt);
