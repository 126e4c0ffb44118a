using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>One aspect of a tenant's observed state, in the form of Kubernetes' conditions.</summary>
/// <param name="Type">One of <see cref="TenantConditions"/>.</param>
/// <param name="Status">Whether it holds.</param>
/// <param name="Reason">Why, as one word for programs.</param>
/// <param name="Message">Why, for people; at most 1,000 characters.</param>
/// <param name="LastTransitionTime">When the status last changed.</param>
public sealed record TenantCondition(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("status")] ConditionStatus Status,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("lastTransitionTime")] DateTimeOffset LastTransitionTime);

/// <summary>Whether a condition holds.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConditionStatus>))]
public enum ConditionStatus
{
    /// <summary>It holds.</summary>
    True,

    /// <summary>It doesn't.</summary>
    False,

    /// <summary>It could not be observed.</summary>
    Unknown,
}

/// <summary>The types of conditions, and how a list of them changes.</summary>
public static class TenantConditions
{
    /// <summary>Every workload is available.</summary>
    public const string Ready = "Ready";

    /// <summary>It holds a reservation in an agent pool that exists.</summary>
    public const string Placed = "Placed";

    /// <summary>Something differs from what was applied.</summary>
    public const string Drifted = "Drifted";

    /// <summary>Every secret can be read from its vault; unset for tenants for which that was never otherwise.</summary>
    public const string SecretsCurrent = "SecretsCurrent";

    /// <summary>Its isolation was verified; unset for tenants that were never verified.</summary>
    public const string Isolated = "Isolated";

    /// <summary>The stored spec is missing, so that nothing can be applied.</summary>
    public const string SpecUnknown = "SpecUnknown";

    /// <summary>Sets one condition; its time changes only with its status.</summary>
    public static IReadOnlyList<TenantCondition> Set(
        this IReadOnlyList<TenantCondition> conditions, string type, ConditionStatus status, string reason, string message, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        ArgumentNullException.ThrowIfNull(message);
        var text = message.Length <= TenantError.MaxMessageLength ? message : $"{message[..(TenantError.MaxMessageLength - 1)]}…";
        var before = conditions.Find(type);
        var changed = new TenantCondition(type, status, reason, text, before?.Status == status ? before.LastTransitionTime : at);
        return before is null ? [.. conditions, changed] : [.. conditions.Select(c => c.Type == type ? changed : c)];
    }

    /// <summary>The condition of a type; null when it was never set.</summary>
    public static TenantCondition? Find(this IReadOnlyList<TenantCondition> conditions, string type) =>
        conditions?.FirstOrDefault(c => c.Type == type);

    /// <summary>Whether a condition holds.</summary>
    public static bool IsTrue(this IReadOnlyList<TenantCondition> conditions, string type) => conditions.Find(type)?.Status == ConditionStatus.True;
}

/// <summary>What a comparison of desired and observed state found about one tenant.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">The incarnation that was observed. An observation of another one changes nothing.</param>
/// <param name="Sequence">The tenant's sequence when it was observed. If an operation was started since, the observation changes nothing.</param>
/// <param name="Conditions">The observed conditions; their times are ignored.</param>
/// <param name="RepairReason">Why a reconcile operation is needed; null when none is.</param>
/// <param name="QuarantineError">Why the tenant must not be changed until a person has looked at it; null otherwise.</param>
/// <param name="ObservedAt">When it was observed.</param>
public sealed record TenantObservationReport(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("sequence")] long Sequence,
    [property: JsonPropertyName("conditions")] IReadOnlyList<TenantCondition> Conditions,
    [property: JsonPropertyName("repairReason")] string? RepairReason,
    [property: JsonPropertyName("quarantineError")] TenantError? QuarantineError,
    [property: JsonPropertyName("at")] DateTimeOffset ObservedAt);

/// <summary>What an observation changed.</summary>
/// <param name="IsCurrent">False when it was outdated, so that nothing changed.</param>
/// <param name="OperationId">The reconcile operation that it started; null for none.</param>
public sealed record TenantObservationAnswer(
    [property: JsonPropertyName("isCurrent")] bool IsCurrent,
    [property: JsonPropertyName("operationId")] string? OperationId);

/// <summary>A tenant that was found in a cluster while the task hub doesn't know it.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its incarnation.</param>
/// <param name="Revision">The revision that its namespace carries.</param>
/// <param name="Spec">Its spec; null when the store doesn't have it.</param>
/// <param name="SpecHash">The hash that its namespace carries.</param>
/// <param name="Placement">Where it was found.</param>
/// <param name="IsSuspended">Whether its workloads are scaled to zero.</param>
/// <param name="IsTerminating">Whether its namespace is being deleted.</param>
/// <param name="CreatedAt">When its namespace was created.</param>
/// <param name="FoundAt">When it was found.</param>
/// <param name="Actor">Who asked for the rebuild.</param>
/// <param name="Expiry">The expiry that its namespace carries; null for none.</param>
/// <param name="IsQuarantined">Whether its namespace says that its connections are closed.</param>
public sealed record TenantRebuild(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("spec")] SpecRef? Spec,
    [property: JsonPropertyName("specHash")] string? SpecHash,
    [property: JsonPropertyName("placement")] TenantPlacement Placement,
    [property: JsonPropertyName("isSuspended")] bool IsSuspended,
    [property: JsonPropertyName("isTerminating")] bool IsTerminating,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("at")] DateTimeOffset FoundAt,
    [property: JsonPropertyName("actor")] string Actor,
    [property: JsonPropertyName("expiry"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TenantExpiry? Expiry = null,
    [property: JsonPropertyName("isQuarantined"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsQuarantined = false);
