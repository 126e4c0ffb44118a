using System.Text.Json.Serialization;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>The state of a tenant's rollout at the end of a bounded watch.</summary>
/// <param name="Condition">
/// Ready only when every Deployment and StatefulSet has all replicas updated and available at its newest generation, every Job has started
/// or is complete, and every CronJob exists.
/// </param>
/// <param name="Detail">Which workload is not available yet or has failed, and why.</param>
/// <param name="Code">The last real cause, such as <c>CrashLoopBackOff</c> or <c>Unschedulable</c>; null when none is known.</param>
/// <param name="ErrorClass">
/// The class of that cause: invalid only when the request or the tenant's program is at fault. Null when ready, and in
/// observations that version 1 wrote.
/// </param>
/// <param name="Evidence">What pods, nodes and events show about it, most telling first; at most <see cref="MaxEvidence"/>. Null when ready.</param>
public sealed record RolloutObservation(
    [property: JsonPropertyName("condition")] RolloutCondition Condition,
    [property: JsonPropertyName("detail")] string Detail,
    [property: JsonPropertyName("code")] string? Code = null,
    [property: JsonPropertyName("errorClass")] ErrorClass? ErrorClass = null,
    [property: JsonPropertyName("evidence")] IReadOnlyList<RolloutEvidence>? Evidence = null)
{
    /// <summary>Most records of evidence in an observation.</summary>
    public const int MaxEvidence = 12;
}

/// <summary>One fact about a rollout that isn't complete. Kept in the operation's result, because compensation deletes its source.</summary>
/// <param name="Object">Kind and name, such as <c>Pod/web-5d9-x1</c>.</param>
/// <param name="Reason">The reason that Kubernetes gives.</param>
/// <param name="Message">Its message, at most 300 characters.</param>
/// <param name="Count">How often it occurred; 1 for a state.</param>
/// <param name="At">When it occurred last; null for a state without a time.</param>
public sealed record RolloutEvidence(
    [property: JsonPropertyName("object")] string Object,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("count")] int Count,
    [property: JsonPropertyName("at")] DateTimeOffset? At);

/// <summary>The condition of a rollout.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RolloutCondition>))]
public enum RolloutCondition
{
    [JsonStringEnumMemberName("progressing")] Progressing,
    [JsonStringEnumMemberName("ready")] Ready,
    [JsonStringEnumMemberName("failed")] Failed,
}
