using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Tenants;

/// <summary>The answer to a request. An answer never changes: submitting the same request again gives a new answer.</summary>
/// <param name="Outcome">Whether the request was accepted.</param>
/// <param name="TenantId">The tenant.</param>
/// <param name="Kind">What was asked.</param>
/// <param name="Revision">The request's revision, sent or assigned; null when it has none and got none.</param>
/// <param name="CurrentRevision">The highest revision accepted so far; 0 for an unknown tenant.</param>
/// <param name="Incarnation">The tenant's incarnation; 0 for an unknown tenant.</param>
/// <param name="Phase">The tenant's phase; null for an unknown tenant.</param>
/// <param name="OperationId">
/// Instance id of the operation that carries the request out, now, earlier or later; null when there is none. A waiting operation
/// has no instance yet.
/// </param>
/// <param name="IsWaiting">True when the operation waits for another one to end.</param>
/// <param name="Message">The outcome in words, with what to do about it.</param>
/// <param name="Error">Why the operation failed; null when it did not.</param>
/// <param name="CanceledOperationId">The running operation that the submitter has to cancel, so that the accepted one starts soon; null for none.</param>
public sealed record SubmitAnswer(
    [property: JsonPropertyName("outcome")] SubmitOutcome Outcome,
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("kind")] TenantVerb Kind,
    [property: JsonPropertyName("revision")] long? Revision,
    [property: JsonPropertyName("currentRevision")] long CurrentRevision,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("phase")] TenantPhase? Phase,
    [property: JsonPropertyName("operationId")] string? OperationId,
    [property: JsonPropertyName("waiting")] bool IsWaiting,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("error")] TenantError? Error = null,
    [property: JsonPropertyName("canceledOperationId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CanceledOperationId = null);

/// <summary>Outcome of a request. Only <see cref="Accepted"/> starts an operation.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SubmitOutcome>))]
public enum SubmitOutcome
{
    /// <summary>Its operation was started, or waits for the running one to end.</summary>
    [JsonStringEnumMemberName("accepted")] Accepted,

    /// <summary>The same request was accepted before; the answer shows its current state.</summary>
    [JsonStringEnumMemberName("duplicate")] Duplicate,

    /// <summary>Carried out at once, or nothing to do: there is no operation.</summary>
    [JsonStringEnumMemberName("done")] Done,

    /// <summary>Its revision is lower than the current one.</summary>
    [JsonStringEnumMemberName("stale")] Stale,

    /// <summary>It contradicts an accepted request (same revision, other content), or is not possible in this phase.</summary>
    [JsonStringEnumMemberName("conflict")] Conflict,

    /// <summary>It lacks something that its kind needs.</summary>
    [JsonStringEnumMemberName("invalid")] Invalid,

    /// <summary>The tenant is offboarded, and the request refers to an incarnation that has ended.</summary>
    [JsonStringEnumMemberName("gone")] Gone,

    /// <summary>The tenant never existed.</summary>
    [JsonStringEnumMemberName("notFound")] NotFound,
}
