using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tenants;

/// <summary>The output of an operation.</summary>
/// <param name="Succeeded">Whether the operation succeeded.</param>
/// <param name="Clean">False when something may be left over.</param>
/// <param name="Placement">Where the tenant runs, or where something may be left; null if nowhere.</param>
/// <param name="Error">Why it failed; null when it succeeded.</param>
/// <param name="Receipt">What an offboarding read as absent.</param>
/// <param name="EventPublished">Whether the lifecycle event was published.</param>
public sealed record OperationResult(
    [property: JsonPropertyName("succeeded")] bool Succeeded,
    [property: JsonPropertyName("clean")] bool Clean,
    [property: JsonPropertyName("placement")] TenantPlacement? Placement,
    [property: JsonPropertyName("error")] TenantError? Error,
    [property: JsonPropertyName("receipt")] TeardownReceipt? Receipt,
    [property: JsonPropertyName("eventPublished")] bool EventPublished);
