using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Placement;

/// <summary>One agent pool that this system owns.</summary>
/// <param name="ClusterId">The configured id of its cluster.</param>
/// <param name="Name"><c>^[a-z][a-z0-9]{0,11}$</c>, never used twice in a cluster.</param>
/// <param name="Generation">The ledger's number of the pool; written to its tags with the owner, and compared before any write.</param>
/// <param name="Tier">Whom it is for.</param>
/// <param name="DedicatedTo">The tenant that has it alone; null for a pooled one.</param>
/// <param name="Template">What it is made of.</param>
public sealed record PoolRef(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("generation")] long Generation,
    [property: JsonPropertyName("tier")] TenantTier Tier,
    [property: JsonPropertyName("dedicatedTo")] string? DedicatedTo,
    [property: JsonPropertyName("template")] PoolTemplate Template);

/// <summary>An agent pool to make or to delete now.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="IsDeletion">True to delete it.</param>
/// <param name="NotBefore">When to write at the earliest.</param>
/// <param name="InstanceId">The instance id that the work's orchestration gets; never used twice.</param>
public sealed record PoolOperation(PoolRef Pool, bool IsDeletion, DateTimeOffset NotBefore, string InstanceId);

/// <summary>Tells the ledger, and then whoever waits for the pool, how making or deleting it ended.</summary>
/// <param name="PoolName">The pool.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Error">What failed; null when nothing did.</param>
/// <param name="Timing">The cluster's patience and write budget.</param>
/// <param name="EndedAt">When, by the reporting orchestration's clock.</param>
public sealed record PoolReport(
    [property: JsonPropertyName("poolName")] string PoolName,
    [property: JsonPropertyName("end")] PoolOutcome Outcome,
    [property: JsonPropertyName("error")] TenantError? Error,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("at")] DateTimeOffset EndedAt)
{
    /// <summary>Name of the external event that carries this to a waiter. One name a pool: news of one never reaches a wait for another.</summary>
    public static string EventName(string clusterId, string poolName) => $"pool:{clusterId}:{poolName}";
}

/// <summary>How making or deleting a pool ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PoolOutcome>))]
public enum PoolOutcome
{
    /// <summary>It is there, with every desired field in place.</summary>
    [JsonStringEnumMemberName("ready")] Ready,

    /// <summary>It is gone; after a creation, because that failed.</summary>
    [JsonStringEnumMemberName("gone")] Gone,

    /// <summary>It could not be deleted.</summary>
    [JsonStringEnumMemberName("stuck")] Stuck,
}
