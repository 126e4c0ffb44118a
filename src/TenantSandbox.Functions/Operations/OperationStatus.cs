using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Operations;

/// <summary>An operation's custom status: the answer to "why is it waiting?". Under 4 KB.</summary>
/// <param name="Step">What it is doing.</param>
/// <param name="Since">Since when.</param>
/// <param name="WaitingFor">What it waits for, in words; null while it works.</param>
public sealed record OperationStatus(
    [property: JsonPropertyName("step")] string Step,
    [property: JsonPropertyName("since")] DateTimeOffset Since,
    [property: JsonPropertyName("waitingFor")] string? WaitingFor);
