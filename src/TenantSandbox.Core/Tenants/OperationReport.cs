using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Tenants;

/// <summary>How an operation ended, as its orchestration (or the watchdog in its place) reports it to the tenant.</summary>
/// <param name="OperationId">Its instance id. A report of any other than the running operation changes nothing.</param>
/// <param name="IsClean">
/// True when the desired state is reached or, after an error, when everything was compensated. False when resources may be left over.
/// </param>
/// <param name="Placement">Where the tenant runs; null when it runs nowhere, or when the reporter doesn't know.</param>
/// <param name="Error">Why it failed; null on success.</param>
/// <param name="Receipt">What a teardown found absent; null for other operations and failed teardowns.</param>
/// <param name="EndedAt">When it ended, by the orchestration's clock.</param>
/// <param name="Leftovers">Everything that may be left of this operation and earlier ones; null when the reporter doesn't know, so that all is kept.</param>
/// <param name="Skipped">Steps that a person ended as accepted, each with what remains; null for none.</param>
/// <param name="Isolation">What its verification found; null where nothing was verified.</param>
public sealed record OperationReport(
    [property: JsonPropertyName("operationId")] string OperationId,
    [property: JsonPropertyName("clean")] bool IsClean,
    [property: JsonPropertyName("placement")] TenantPlacement? Placement,
    [property: JsonPropertyName("error")] TenantError? Error,
    [property: JsonPropertyName("receipt")] TeardownReceipt? Receipt,
    [property: JsonPropertyName("at")] DateTimeOffset EndedAt,
    [property: JsonPropertyName("leftovers")] IReadOnlyList<TenantLeftover>? Leftovers = null,
    [property: JsonPropertyName("skipped")] IReadOnlyList<string>? Skipped = null,
    [property: JsonPropertyName("isolation"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IsolationOutcome? Isolation = null);

/// <summary>What the verification of an operation found.</summary>
/// <param name="IsIsolated">Whether no check failed.</param>
/// <param name="Message">What failed, or how much was checked; for people.</param>
/// <param name="At">When it ended.</param>
/// <param name="NodeImage">The node image of the tenant's agent pool; null if it wasn't seen.</param>
/// <param name="IsQuarantined">Whether the tenant's connections were closed because of it.</param>
public sealed record IsolationOutcome(
    [property: JsonPropertyName("isolated")] bool IsIsolated,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("nodeImage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? NodeImage = null,
    [property: JsonPropertyName("quarantined"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsQuarantined = false);

/// <summary>What was read as absent after a teardown, and when. States only what was observed.</summary>
/// <param name="ClusterId">The cluster; null when the tenant was never placed.</param>
/// <param name="NamespaceAbsentAt">When a fresh read found no namespace of the tenant; null when it was never placed.</param>
/// <param name="PoolName">The agent pool it was placed in.</param>
/// <param name="PoolAbsentAt">When a fresh read found no such pool; null when other tenants still use the pool.</param>
/// <param name="ReleasedAt">When the ledger released the reservation.</param>
/// <param name="RemovedFinalizers">Finalizers that a forced offboarding removed, each as <c>object: finalizer</c>; null for none.</param>
/// <param name="Remaining">What a person accepted as remaining; null for nothing.</param>
/// <param name="Volumes">The volumes of the tenant's claims, kept ones first, at most <see cref="ReleasedVolumes.MaxListed"/>; null for none.</param>
public sealed record TeardownReceipt(
    [property: JsonPropertyName("clusterId")] string? ClusterId,
    [property: JsonPropertyName("namespaceAbsentAt")] DateTimeOffset? NamespaceAbsentAt,
    [property: JsonPropertyName("poolName")] string? PoolName,
    [property: JsonPropertyName("poolAbsentAt")] DateTimeOffset? PoolAbsentAt,
    [property: JsonPropertyName("releasedAt")] DateTimeOffset? ReleasedAt,
    [property: JsonPropertyName("removedFinalizers"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? RemovedFinalizers = null,
    [property: JsonPropertyName("remaining"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Remaining = null,
    [property: JsonPropertyName("volumes"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ReleasedVolume>? Volumes = null);
