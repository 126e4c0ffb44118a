using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tenants;

/// <summary>An operation's output.</summary>
/// <param name="Succeeded">Whether what was asked for is in place.</param>
/// <param name="Clean">False when something may be left over.</param>
/// <param name="Placement">Where the tenant runs, or where something may be left.</param>
/// <param name="Error">Why it failed; null when it succeeded.</param>
/// <param name="Receipt">What a teardown proved absent.</param>
/// <param name="EventPublished">Whether the lifecycle event got out.</param>
public sealed record OperationResult(
    [property: JsonPropertyName("succeeded")] bool Succeeded,
    [property: JsonPropertyName("clean")] bool Clean,
    [property: JsonPropertyName("placement")] TenantPlacement? Placement,
    [property: JsonPropertyName("error")] TenantError? Error,
    [property: JsonPropertyName("receipt")] TeardownReceipt? Receipt,
    [property: JsonPropertyName("eventPublished")] bool EventPublished);
