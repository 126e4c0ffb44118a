using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>A request as it is submitted to its tenant.</summary>
/// <param name="CommandId">Equal for every delivery of one request; see <see cref="RequestIdentity"/>.</param>
/// <param name="Request">The validated request.</param>
/// <param name="SubmittedAt">The submitter's timestamp; the tenant never reads a clock.</param>
public sealed record TenantCommand(
    [property: JsonPropertyName("commandId")] string CommandId,
    [property: JsonPropertyName("request")] TenantRequest Request,
    [property: JsonPropertyName("at")] DateTimeOffset SubmittedAt);

/// <summary>An accepted command that waits for the running operation to end.</summary>
/// <param name="CommandId">The id it was submitted with.</param>
/// <param name="Kind">The kind of request.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="Spec">The desired state of an onboarding; null otherwise.</param>
/// <param name="AcceptedAt">When it was accepted.</param>
public sealed record WaitingCommand(
    [property: JsonPropertyName("commandId")] string CommandId,
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("spec")] TenantSpec? Spec,
    [property: JsonPropertyName("acceptedAt")] DateTimeOffset AcceptedAt);

/// <summary>The record of an accepted command.</summary>
/// <param name="CommandId">The id it was submitted with.</param>
/// <param name="Kind">The kind of request.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="OperationId">The operation that carries it out.</param>
/// <param name="Status">Whether it is carried out.</param>
/// <param name="Note">Why it was superseded or dropped; null otherwise.</param>
public sealed record CommandRecord(
    [property: JsonPropertyName("commandId")] string CommandId,
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("operationId")] string OperationId,
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
