using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Operations;

/// <summary>A tenant as <c>GET /api/tenants/{id}</c> shows it: its state without deduplication data.</summary>
internal sealed record TenantView(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("phase")] TenantPhase Phase,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("settledRevision")] long SettledRevision,
    [property: JsonPropertyName("spec")] SpecRef? Spec,
    [property: JsonPropertyName("placement")] PlacementView? Placement,
    [property: JsonPropertyName("operation")] OperationLink? Operation,
    [property: JsonPropertyName("lastOperation")] OperationLink? LastOperation,
    [property: JsonPropertyName("lastError")] TenantError? LastError,
    [property: JsonPropertyName("waiting")] IReadOnlyList<WaitingView> Waiting,
    [property: JsonPropertyName("receipt")] TeardownReceipt? Receipt,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("updatedAt")] DateTimeOffset UpdatedAt)
{
    public static TenantView Of(TenantState state, HttpRequest request) => new(
        state.TenantId,
        state.Phase,
        state.Incarnation,
        state.Revision,
        state.SettledRevision,
        state.Desired,
        PlacementView.Of(state.Placement),
        OperationLink.Of(state.Operation, request),
        OperationLink.Of(state.LastOperation, request),
        state.LastError,
        [.. state.WaitingCommands.Select(x => new WaitingView(x.Verb, x.Revision, x.AcceptedAt))],
        state.Receipt,
        state.CreatedAt,
        state.UpdatedAt);
}

/// <summary>Where a tenant runs.</summary>
internal sealed record PlacementView(
    [property: JsonPropertyName("cluster")] string Cluster,
    [property: JsonPropertyName("region")] string Region,
    [property: JsonPropertyName("pool")] string? Pool)
{
    public static PlacementView? Of(TenantPlacement? placement) =>
        placement is null ? null : new(placement.ClusterId, placement.Region, placement.PoolName);
}

/// <summary>An operation on a tenant, with its URL.</summary>
internal sealed record OperationLink(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("kind")] TenantOperationKind Kind,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt,
    [property: JsonPropertyName("endedAt")] DateTimeOffset? EndedAt,
    [property: JsonPropertyName("href")] string Href)
{
    public static OperationLink? Of(TenantOperation? operation, HttpRequest request) => operation is null
        ? null
        : new(operation.Id, operation.Kind, operation.Revision, operation.StartedAt, operation.EndedAt, ApiLinks.Operation(request, operation.Id));
}

/// <summary>A request that waits for the running operation to end.</summary>
internal sealed record WaitingView(
    [property: JsonPropertyName("kind")] TenantVerb Kind,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("acceptedAt")] DateTimeOffset AcceptedAt);
