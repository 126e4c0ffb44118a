using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>A request as it is handed in to its tenant.</summary>
/// <param name="CommandId">The same for every delivery of one request; see <see cref="RequestIdentity"/>.</param>
/// <param name="Request">The validated request.</param>
/// <param name="SubmittedAt">Now, by the clock of who hands it in: the tenant itself reads none.</param>
public sealed record TenantCommand(
    [property: JsonPropertyName("commandId")] string CommandId,
    [property: JsonPropertyName("request")] TenantRequest Request,
    [property: JsonPropertyName("at")] DateTimeOffset SubmittedAt);

/// <summary>An accepted request that waits for the running operation to end.</summary>
/// <param name="CommandId">The id it was handed in under.</param>
/// <param name="Kind">What it asks for.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="Spec">The desired state, for an onboarding.</param>
/// <param name="AcceptedAt">When it was accepted.</param>
public sealed record WaitingCommand(
    [property: JsonPropertyName("commandId")] string CommandId,
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("spec")] TenantSpec? Spec,
    [property: JsonPropertyName("acceptedAt")] DateTimeOffset AcceptedAt);

/// <summary>A request that was accepted before, and what became of it.</summary>
/// <param name="CommandId">The id it was handed in under.</param>
/// <param name="Kind">What it asked for.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="OperationId">The operation that does what it asks for.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Note">Why it was skipped; null otherwise.</param>
public sealed record CommandRecord(
    [property: JsonPropertyName("commandId")] string CommandId,
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("operationId")] string OperationId,
    [property: JsonPropertyName("fate")] CommandStatus Status,
    [property: JsonPropertyName("note")] string? Note = null);

/// <summary>What became of an accepted request.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CommandStatus>))]
public enum CommandStatus
{
    /// <summary>Its operation was started, or waits for its turn.</summary>
    [JsonStringEnumMemberName("accepted")] Accepted,

    /// <summary>A later request made it pointless before its turn came.</summary>
    [JsonStringEnumMemberName("superseded")] Superseded,

    /// <summary>What it waited for failed, so that its turn can't come.</summary>
    [JsonStringEnumMemberName("dropped")] Dropped,
}
