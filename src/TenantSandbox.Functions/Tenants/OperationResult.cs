using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tenants;

/// <summary>The output of an operation.</summary>
/// <param name="Succeeded">Whether the operation succeeded.</param>
/// <param name="Clean">False when something may be left over.</param>
/// <param name="Placement">Where the tenant runs, or where something may be left; null if nowhere.</param>
/// <param name="Error">Why it failed; null when it succeeded.</param>
/// <param name="Receipt">What an offboarding read as absent.</param>
/// <param name="EventPublished">Whether the lifecycle event was published.</param>
/// <param name="Leftovers">Everything that may be left, of earlier operations too; null for nothing.</param>
/// <param name="Skipped">Steps that a person ended as accepted, each with what remains; null for none.</param>
/// <param name="Evidence">What a failed rollout showed, because compensation deletes its source; null for nothing.</param>
/// <param name="IsQuarantined">Whether its verification failed, and the tenant's connections were closed because of it.</param>
public sealed record OperationResult(
    [property: JsonPropertyName("succeeded")] bool Succeeded,
    [property: JsonPropertyName("clean")] bool Clean,
    [property: JsonPropertyName("placement")] TenantPlacement? Placement,
    [property: JsonPropertyName("error")] TenantError? Error,
    [property: JsonPropertyName("receipt")] TeardownReceipt? Receipt,
    [property: JsonPropertyName("eventPublished")] bool EventPublished,
    [property: JsonPropertyName("leftovers"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<TenantLeftover>? Leftovers = null,
    [property: JsonPropertyName("skipped"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Skipped = null,
    [property: JsonPropertyName("evidence"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RolloutEvidence>? Evidence = null,
    [property: JsonPropertyName("quarantined"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsQuarantined = false);
