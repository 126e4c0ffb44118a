using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Placement;

/// <summary>An agent pool that this system owns, as orchestrations and activities receive it.</summary>
/// <param name="ClusterId">The configured id of its cluster.</param>
/// <param name="Name"><c>^[a-z][a-z0-9]{0,11}$</c>, never reused in a cluster.</param>
/// <param name="Generation">The pool's number in the ledger. One of its tags, which are all compared before any write (<see cref="PoolMarks"/>).</param>
/// <param name="Tier">The tier of its tenants.</param>
/// <param name="DedicatedTo">The only tenant that may use it; null for a pooled one.</param>
/// <param name="Template">The settings it is created with.</param>
/// <param name="ResourceId">Its ARM resource id, compared before any write; null until its creation was reported.</param>
public sealed record PoolRef(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("generation")] long Generation,
    [property: JsonPropertyName("tier")] TenantTier Tier,
    [property: JsonPropertyName("dedicatedTo")] string? DedicatedTo,
    [property: JsonPropertyName("template")] PoolTemplate Template,
    [property: JsonPropertyName("resourceId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ResourceId = null);

/// <summary>The creation or deletion of an agent pool that the ledger asks its caller to start.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="IsDeletion">True to delete the pool, false to create it.</param>
/// <param name="NotBefore">Earliest time of the first write, to stay within ARM's write budget.</param>
/// <param name="InstanceId">Instance id for the orchestration that does it; never reused.</param>
public sealed record PoolOperation(PoolRef Pool, bool IsDeletion, DateTimeOffset NotBefore, string InstanceId);

/// <summary>What a change of the ledger results in.</summary>
/// <param name="State">The ledger afterwards.</param>
/// <param name="Answer">The answer to the caller.</param>
/// <param name="Operations">The pool operations to start.</param>
public sealed record LedgerChange<T>(LedgerState State, T Answer, IReadOnlyList<PoolOperation> Operations);

/// <summary>How creating or deleting a pool ended: sent to the ledger first, then to every orchestration that waits for the pool.</summary>
/// <param name="PoolName">The pool.</param>
/// <param name="Outcome">The pool's state afterwards.</param>
/// <param name="Error">Why it failed; null on success.</param>
/// <param name="Timing">The cluster's time-outs and write budget.</param>
/// <param name="EndedAt">When it ended, by the reporting orchestration's clock.</param>
/// <param name="ResourceId">The pool's ARM resource id; null unless it is ready.</param>
/// <param name="Evidence">The failures on the way, oldest first, each once: at most 8 of 300 characters; null when there were none.</param>
public sealed record PoolReport(
    [property: JsonPropertyName("poolName")] string PoolName,
    [property: JsonPropertyName("end")] PoolOutcome Outcome,
    [property: JsonPropertyName("error")] TenantError? Error,
    [property: JsonPropertyName("timing")] OperationTiming Timing,
    [property: JsonPropertyName("at")] DateTimeOffset EndedAt,
    [property: JsonPropertyName("resourceId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ResourceId = null,
    [property: JsonPropertyName("evidence"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Evidence = null)
{
    /// <summary>Whether no pool of this generation exists.</summary>
    [JsonIgnore] public bool IsGone => Outcome is PoolOutcome.Gone or PoolOutcome.NameTaken;

    /// <summary>Name of the external event that carries this report. It contains the pool's name, so that a report never ends the wait for another pool.</summary>
    public static string EventName(string clusterId, string poolName) => $"pool:{clusterId}:{poolName}";
}

/// <summary>State of a pool after its creation or deletion ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PoolOutcome>))]
public enum PoolOutcome
{
    /// <summary>The pool exists with every desired field in place.</summary>
    [JsonStringEnumMemberName("ready")] Ready,

    /// <summary>The pool does not exist. After a creation: it failed, and what was created is deleted.</summary>
    [JsonStringEnumMemberName("gone")] Gone,

    /// <summary>The pool could not be deleted.</summary>
    [JsonStringEnumMemberName("stuck")] Stuck,

    /// <summary>Another pool has the name, so nothing was created. Reserve again: the ledger has moved the reservations to a pool of another name.</summary>
    [JsonStringEnumMemberName("nameTaken")] NameTaken,
}
