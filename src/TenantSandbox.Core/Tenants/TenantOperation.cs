using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>One operation on a tenant.</summary>
/// <param name="Id">Instance id of its orchestration.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Revision">The revision it brings in place.</param>
/// <param name="Incarnation">The tenant's life it works on.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="EndedAt">When it reported its end; null while it runs.</param>
public sealed record TenantOperation(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt,
    [property: JsonPropertyName("endedAt")] DateTimeOffset? EndedAt = null)
{
    /// <summary>The instance id that an operation has: at most 100 printable characters, and never used twice.</summary>
    public static string IdOf(string tenantId, int incarnation, long revision, TenantRequestKind kind) =>
        $"{tenantId}.{incarnation}.{revision}.{kind.ToWireName()}";
}

/// <summary>How an operation ended.</summary>
/// <param name="OperationId">Its instance id; a report of any other than the running operation changes nothing.</param>
/// <param name="IsClean">True when what was asked for is in place, or, after an error, when everything is undone. False when something may be left over.</param>
/// <param name="Placement">Where the tenant runs, or where something may be left; null when there is nothing anywhere.</param>
/// <param name="Error">Why it failed; null when it succeeded.</param>
/// <param name="Receipt">What a teardown proved absent.</param>
/// <param name="EndedAt">When it ended, by the orchestration's clock.</param>
public sealed record OperationReport(
    [property: JsonPropertyName("operationId")] string OperationId,
    [property: JsonPropertyName("clean")] bool IsClean,
    [property: JsonPropertyName("placement")] TenantPlacement? Placement,
    [property: JsonPropertyName("error")] TenantError? Error,
    [property: JsonPropertyName("receipt")] TeardownReceipt? Receipt,
    [property: JsonPropertyName("at")] DateTimeOffset EndedAt);

/// <summary>What was read as absent after a teardown, and when. It says only what was seen.</summary>
/// <param name="ClusterId">The cluster; null when the tenant had been placed nowhere.</param>
/// <param name="NamespaceAbsentAt">When a fresh read found no namespace of the tenant; null when there was nothing to look for.</param>
/// <param name="PoolName">The agent pool it was on.</param>
/// <param name="PoolAbsentAt">When a fresh read found no such pool; null when the pool stays for other tenants.</param>
/// <param name="ReleasedAt">When the ledger gave the reservation free.</param>
public sealed record TeardownReceipt(
    [property: JsonPropertyName("clusterId")] string? ClusterId,
    [property: JsonPropertyName("namespaceAbsentAt")] DateTimeOffset? NamespaceAbsentAt,
    [property: JsonPropertyName("poolName")] string? PoolName,
    [property: JsonPropertyName("poolAbsentAt")] DateTimeOffset? PoolAbsentAt,
    [property: JsonPropertyName("releasedAt")] DateTimeOffset? ReleasedAt);
