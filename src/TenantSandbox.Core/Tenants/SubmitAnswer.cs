using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>The answer to a request. It never changes: the same request handed in again gets a new answer about the same facts.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="TenantId">The tenant.</param>
/// <param name="Kind">What was asked for.</param>
/// <param name="Revision">The revision that the request has, or was given; null when it has none and got none.</param>
/// <param name="CurrentRevision">The highest revision accepted so far; 0 for a tenant that never was.</param>
/// <param name="Incarnation">The tenant's life that the answer is about; 0 for a tenant that never was.</param>
/// <param name="Phase">Where the tenant stands; null for a tenant that never was.</param>
/// <param name="OperationId">Instance id of the operation that does, did or will do what was asked; null when there is none. An operation that waits is not started yet.</param>
/// <param name="IsWaiting">True when the operation waits for another one to end.</param>
/// <param name="Message">The outcome in words, with what to do about it.</param>
/// <param name="Error">How the operation failed, when it has.</param>
public sealed record SubmitAnswer(
    [property: JsonPropertyName("outcome")] SubmitOutcome Outcome,
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("revision")] long? Revision,
    [property: JsonPropertyName("currentRevision")] long CurrentRevision,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("phase")] TenantPhase? Phase,
    [property: JsonPropertyName("operationId")] string? OperationId,
    [property: JsonPropertyName("waiting")] bool IsWaiting,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("error")] TenantError? Error = null);

/// <summary>What became of a request. Only <see cref="Accepted"/> starts anything.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SubmitOutcome>))]
public enum SubmitOutcome
{
    /// <summary>It is being carried out, or waits for the running operation to end.</summary>
    [JsonStringEnumMemberName("accepted")] Accepted,

    /// <summary>The same was asked for before; the answer shows how that stands.</summary>
    [JsonStringEnumMemberName("duplicate")] Duplicate,

    /// <summary>Its revision is lower than one accepted before.</summary>
    [JsonStringEnumMemberName("stale")] Stale,

    /// <summary>It contradicts what was accepted before: same revision with other content, or not possible in this phase.</summary>
    [JsonStringEnumMemberName("conflict")] Conflict,

    /// <summary>It can't be carried out by this version.</summary>
    [JsonStringEnumMemberName("invalid")] Invalid,

    /// <summary>The tenant is offboarded, and the request is about a life of it that is over.</summary>
    [JsonStringEnumMemberName("gone")] Gone,

    /// <summary>There never was such a tenant.</summary>
    [JsonStringEnumMemberName("notFound")] NotFound,
}
