using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Tenants;

/// <summary>How an operation ended.</summary>
/// <param name="OperationId">Its instance id; a report of any other than the running operation changes nothing.</param>
/// <param name="Clean">True when what was asked for is in place, or, after an error, when everything is undone. False when something may be left over.</param>
/// <param name="Placement">Where the tenant runs, or where something may be left; null when there is nothing anywhere.</param>
/// <param name="Error">Why it failed; null when it succeeded.</param>
/// <param name="Receipt">What a teardown proved absent.</param>
/// <param name="At">When it ended, by the orchestration's clock.</param>
public sealed record OperationReport(
    [property: JsonPropertyName("operationId")] string OperationId,
    [property: JsonPropertyName("clean")] bool Clean,
    [property: JsonPropertyName("placement")] TenantPlacement? Placement,
    [property: JsonPropertyName("error")] TenantError? Error,
    [property: JsonPropertyName("receipt")] TeardownReceipt? Receipt,
    [property: JsonPropertyName("at")] DateTimeOffset At);
