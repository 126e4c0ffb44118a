using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Cli.Client;

/// <summary>A tenant as <c>GET /api/tenants/{id}</c> returns it: the properties that this program reads.</summary>
/// <param name="TenantId">The tenant's id.</param>
/// <param name="Phase">Where it stands in its lifecycle.</param>
/// <param name="Revision">The last revision that was accepted.</param>
/// <param name="SettledRevision">The last revision whose operation has ended.</param>
/// <param name="Placement">Where it runs; null when it runs nowhere.</param>
/// <param name="Operation">The running operation.</param>
/// <param name="LastOperation">The last operation that ended.</param>
/// <param name="LastError">Why the last operation failed.</param>
/// <param name="Waiting">Requests that wait for the running operation.</param>
internal sealed record TenantDocument(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("phase")] TenantPhase Phase,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("settledRevision")] long SettledRevision,
    [property: JsonPropertyName("placement")] PlacementDocument? Placement,
    [property: JsonPropertyName("operation")] OperationDocument? Operation,
    [property: JsonPropertyName("lastOperation")] OperationDocument? LastOperation,
    [property: JsonPropertyName("lastError")] TenantError? LastError,
    [property: JsonPropertyName("waiting")] IReadOnlyList<WaitingDocument> Waiting)
{
    /// <summary>True when nothing runs or waits, and the given revision has been worked off.</summary>
    public bool IsSettled(long revision) => Operation is null && Waiting.Count == 0 && SettledRevision >= revision;
}

/// <summary>Where a tenant runs.</summary>
internal sealed record PlacementDocument(
    [property: JsonPropertyName("cluster")] string Cluster,
    [property: JsonPropertyName("region")] string Region,
    [property: JsonPropertyName("pool")] string? Pool);

/// <summary>An operation of a tenant.</summary>
internal sealed record OperationDocument(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt,
    [property: JsonPropertyName("endedAt")] DateTimeOffset? EndedAt)
{
    /// <summary>From its start to its end; null while it runs.</summary>
    public TimeSpan? Duration => EndedAt - StartedAt;
}

/// <summary>A request that waits for the running operation.</summary>
internal sealed record WaitingDocument(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("revision")] long Revision);
