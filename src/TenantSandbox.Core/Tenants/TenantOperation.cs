using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>One operation on a tenant.</summary>
/// <param name="Id">Instance id of its orchestration.</param>
/// <param name="Kind">The kind of request that it carries out.</param>
/// <param name="Revision">The revision that it carries out.</param>
/// <param name="Incarnation">The tenant's incarnation that it works on.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="EndedAt">When its end was reported; null while it runs.</param>
public sealed record TenantOperation(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt,
    [property: JsonPropertyName("endedAt")] DateTimeOffset? EndedAt = null)
{
    /// <summary>An operation's instance id: at most 100 printable characters, never reused.</summary>
    public static string IdOf(string tenantId, int incarnation, long revision, TenantRequestKind kind) =>
        $"{tenantId}.{incarnation}.{revision}.{kind.ToWireName()}";
}

/// <summary>How an operation ended, as its orchestration reports it to the tenant.</summary>
/// <param name="OperationId">Its instance id. A report of any other than the running operation changes nothing.</param>
/// <param name="IsClean">
/// True when the desired state is reached or, after an error, when everything was compensated. False when resources may be left over.
/// </param>
/// <param name="Placement">Where the tenant runs, or where resources may be left over; null when there are none.</param>
/// <param name="Error">Why it failed; null on success.</param>
/// <param name="Receipt">What a teardown found absent; null for other operations and failed teardowns.</param>
/// <param name="EndedAt">When it ended, by the orchestration's clock.</param>
public sealed record OperationReport(
    [property: JsonPropertyName("operationId")] string OperationId,
    [property: JsonPropertyName("clean")] bool IsClean,
    [property: JsonPropertyName("placement")] TenantPlacement? Placement,
    [property: JsonPropertyName("error")] TenantError? Error,
    [property: JsonPropertyName("receipt")] TeardownReceipt? Receipt,
    [property: JsonPropertyName("at")] DateTimeOffset EndedAt);

/// <summary>What was read as absent after a teardown, and when. States only what was observed.</summary>
/// <param name="ClusterId">The cluster; null when the tenant was never placed.</param>
/// <param name="NamespaceAbsentAt">When a fresh read found no namespace of the tenant; null when it was never placed.</param>
/// <param name="PoolName">The agent pool it was placed in.</param>
/// <param name="PoolAbsentAt">When a fresh read found no such pool; null when other tenants still use the pool.</param>
/// <param name="ReleasedAt">When the ledger released the reservation.</param>
public sealed record TeardownReceipt(
    [property: JsonPropertyName("clusterId")] string? ClusterId,
    [property: JsonPropertyName("namespaceAbsentAt")] DateTimeOffset? NamespaceAbsentAt,
    [property: JsonPropertyName("poolName")] string? PoolName,
    [property: JsonPropertyName("poolAbsentAt")] DateTimeOffset? PoolAbsentAt,
    [property: JsonPropertyName("releasedAt")] DateTimeOffset? ReleasedAt);
