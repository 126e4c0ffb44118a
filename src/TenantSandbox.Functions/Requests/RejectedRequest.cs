using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Requests;

/// <summary>A message of the rejected queue: what came in, and why it isn't carried out.</summary>
/// <param name="Door">Where it came in: an event function or a queue.</param>
/// <param name="RejectedAt">When.</param>
/// <param name="Faults">Why.</param>
/// <param name="Message">What came in, character by character; null when it was too long to stand in here, and is the message that was sent just before.</param>
internal sealed record RejectedRequest(
    [property: JsonPropertyName("door")] string Door,
    [property: JsonPropertyName("rejectedAt")] DateTimeOffset RejectedAt,
    [property: JsonPropertyName("faults")] IReadOnlyList<ValidationFault> Faults,
    [property: JsonPropertyName("message")] string? Message);
