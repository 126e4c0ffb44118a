using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>What happened to a tenant, each list newest first.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Operations">Its operations.</param>
/// <param name="Revisions">The requests and commands that it accepted last.</param>
/// <param name="Audit">Who asked for what.</param>
/// <param name="Events">The events that were published about it, or failed to be.</param>
internal sealed record TenantHistory(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("operations")] IReadOnlyList<PastOperation> Operations,
    [property: JsonPropertyName("revisions")] IReadOnlyList<PastRevision> Revisions,
    [property: JsonPropertyName("audit")] IReadOnlyList<AuditEntry> Audit,
    [property: JsonPropertyName("events")] IReadOnlyList<PastEvent> Events);

/// <summary>An operation in a history.</summary>
internal sealed record PastOperation(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("revision")] long? Revision,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt,
    [property: JsonPropertyName("endedAt")] DateTimeOffset? EndedAt,
    [property: JsonPropertyName("actor")] string? Actor,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("error")] TenantError? Error,
    [property: JsonPropertyName("skipped")] IReadOnlyList<string> Skipped,
    [property: JsonPropertyName("href")] string Href);

/// <summary>A request or command that a tenant accepted.</summary>
/// <param name="Revision">The tenant's revision with it.</param>
/// <param name="Kind">What was asked.</param>
/// <param name="Status">Whether it is or was carried out.</param>
/// <param name="Note">Why not; null if it is.</param>
/// <param name="OperationId">The operation that carries it out; null when none is needed.</param>
internal sealed record PastRevision(
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("kind")] TenantVerb Kind,
    [property: JsonPropertyName("status")] CommandStatus Status,
    [property: JsonPropertyName("note")] string? Note,
    [property: JsonPropertyName("operationId")] string? OperationId);

/// <summary>A published event.</summary>
/// <param name="Id">The event's id.</param>
/// <param name="Type">Its type.</param>
/// <param name="At">When the orchestration that published it ended.</param>
/// <param name="IsPublished">False when publishing failed through all retries.</param>
internal sealed record PastEvent(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("published")] bool IsPublished);
