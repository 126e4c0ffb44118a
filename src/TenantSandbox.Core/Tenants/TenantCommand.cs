using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>A request as it is submitted to its tenant.</summary>
/// <param name="CommandId">Equal for every delivery of one request; see <see cref="RequestIdentity"/>.</param>
/// <param name="Request">The validated request.</param>
/// <param name="SubmittedAt">The submitter's timestamp; the tenant never reads a clock.</param>
/// <param name="Source">The sender: the source of the CloudEvent, or the door's; null if the first version submitted it.</param>
public sealed record TenantCommand(
    [property: JsonPropertyName("commandId")] string CommandId,
    [property: JsonPropertyName("request")] TenantRequest Request,
    [property: JsonPropertyName("at")] DateTimeOffset SubmittedAt,
    [property: JsonPropertyName("source"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source = null);

/// <summary>An accepted command that waits for the running operation to end.</summary>
/// <param name="CommandId">The id it was submitted with.</param>
/// <param name="Verb">What was asked.</param>
/// <param name="Revision">The tenant's revision with this command.</param>
/// <param name="Spec">The desired state of an onboarding or an update; null otherwise.</param>
/// <param name="AcceptedAt">When it was accepted.</param>
/// <param name="Kind">The operation that carries it out; null if the first version accepted it, whose verbs are those of operations.</param>
/// <param name="Sequence">The operation's number; null if the first version accepted it, which used the revision.</param>
/// <param name="Incarnation">The incarnation that the operation will work on; null likewise.</param>
/// <param name="Expiry">The expiry of an onboarding or an update; null for none.</param>
/// <param name="Actor">Who asked.</param>
/// <param name="Reason">Why; null if no reason was given.</param>
/// <param name="Finalizers">The finalizers that a forced offboarding may remove; null otherwise.</param>
public sealed record WaitingCommand(
    [property: JsonPropertyName("commandId")] string CommandId,
    [property: JsonPropertyName("kind")] TenantVerb Verb,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("specRef")] SpecRef? Spec,
    [property: JsonPropertyName("acceptedAt")] DateTimeOffset AcceptedAt,
    [property: JsonPropertyName("operation")] TenantOperationKind? Kind = null,
    [property: JsonPropertyName("sequence")] long? Sequence = null,
    [property: JsonPropertyName("incarnation")] int? Incarnation = null,
    [property: JsonPropertyName("expiry"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TenantExpiry? Expiry = null,
    [property: JsonPropertyName("actor"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Actor = null,
    [property: JsonPropertyName("reason"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null,
    [property: JsonPropertyName("finalizers"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Finalizers = null)
{
    /// <summary>The spec in states that the first version stored, and of its requests that arrive late. Always null in new ones.</summary>
    [JsonPropertyName("spec"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TenantSpec? InlineSpec { get; init; }
}

/// <summary>The record of an accepted command.</summary>
/// <param name="CommandId">The id it was submitted with.</param>
/// <param name="Verb">What was asked.</param>
/// <param name="Revision">The tenant's revision with this command.</param>
/// <param name="OperationId">The operation that carries it out; null when none is needed.</param>
/// <param name="Status">Whether it is carried out.</param>
/// <param name="Note">Why it was superseded or dropped; null otherwise.</param>
public sealed record CommandRecord(
    [property: JsonPropertyName("commandId")] string CommandId,
    [property: JsonPropertyName("kind")] TenantVerb Verb,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("operationId")] string? OperationId,
    [property: JsonPropertyName("fate")] CommandStatus Status,
    [property: JsonPropertyName("note")] string? Note = null);

/// <summary>Status of an accepted command.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CommandStatus>))]
public enum CommandStatus
{
    /// <summary>Its operation was started, or waits for the running one to end.</summary>
    [JsonStringEnumMemberName("accepted")] Accepted,

    /// <summary>A later command replaced it before its operation started.</summary>
    [JsonStringEnumMemberName("superseded")] Superseded,

    /// <summary>The operation that it waited for failed, so that its own can't start.</summary>
    [JsonStringEnumMemberName("dropped")] Dropped,
}
