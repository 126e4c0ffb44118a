using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>A request that was accepted before, and what became of it.</summary>
/// <param name="CommandId">The id it was handed in under.</param>
/// <param name="Kind">What it asked for.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="OperationId">The operation that does what it asks for.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="Note">Why it was skipped; null otherwise.</param>
public sealed record CommandRecord(
    [property: JsonPropertyName("commandId")] string CommandId,
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("operationId")] string OperationId,
    [property: JsonPropertyName("fate")] CommandFate Fate,
    [property: JsonPropertyName("note")] string? Note = null);
