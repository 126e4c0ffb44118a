using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Operations;

/// <summary>A tenant as <c>GET /api/tenants/{id}</c> shows it: its state without deduplication data, and its spec.</summary>
/// <param name="Spec">The wanted spec; null when there is none, and when it is not stored (condition SpecUnknown).</param>
/// <param name="SpecHash">Its hash; null when there is none.</param>
internal sealed record TenantView(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("phase")] TenantPhase Phase,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("settledRevision")] long SettledRevision,
    [property: JsonPropertyName("desiredRevision")] long DesiredRevision,
    [property: JsonPropertyName("appliedRevision")] long AppliedRevision,
    [property: JsonPropertyName("spec")] TenantSpec? Spec,
    [property: JsonPropertyName("specHash")] string? SpecHash,
    [property: JsonPropertyName("expiry")] TenantExpiry? Expiry,
    [property: JsonPropertyName("placement")] PlacementView? Placement,
    [property: JsonPropertyName("leftovers")] IReadOnlyList<LeftoverView> Leftovers,
    [property: JsonPropertyName("conditions")] IReadOnlyList<TenantCondition> Conditions,
    [property: JsonPropertyName("operation")] OperationLink? Operation,
    [property: JsonPropertyName("lastOperation")] OperationLink? LastOperation,
    [property: JsonPropertyName("lastError")] TenantError? LastError,
    [property: JsonPropertyName("waiting")] IReadOnlyList<WaitingView> Waiting,
    [property: JsonPropertyName("receipt")] TeardownReceipt? Receipt,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("updatedAt")] DateTimeOffset UpdatedAt)
{
    public static TenantView Of(TenantState state, TenantSpec? spec, IReadOnlyList<TenantCondition> conditions, HttpRequest request) => new(
        state.TenantId,
        state.Phase,
        state.Incarnation,
        state.Revision,
        state.SettledRevision,
        state.DesiredRevision,
        state.AppliedRevision,
        spec,
        state.Desired?.Hash,
        state.Expiry,
        PlacementView.Of(state.Placement),
        [.. state.Leftovers.Select(LeftoverView.Of)],
        conditions,
        OperationLink.Of(state.Operation, request),
        OperationLink.Of(state.LastOperation, request),
        state.LastError,
        [.. state.WaitingCommands.Select(x => new WaitingView(x.Verb, x.Revision, x.AcceptedAt, x.Actor))],
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

/// <summary>Where something may be left.</summary>
/// <param name="HasNamespace">Whether a namespace may be left; false for a reservation and its pool only.</param>
/// <param name="Reason">Why; null while the operation runs that placed it.</param>
internal sealed record LeftoverView(
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("cluster")] string Cluster,
    [property: JsonPropertyName("region")] string Region,
    [property: JsonPropertyName("pool")] string? Pool,
    [property: JsonPropertyName("hasNamespace")] bool HasNamespace,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("since")] DateTimeOffset Since)
{
    public static LeftoverView Of(TenantLeftover leftover) => new(
        leftover.Incarnation, leftover.Placement.ClusterId, leftover.Placement.Region, leftover.Placement.PoolName, leftover.HasNamespace, leftover.Reason, leftover.Since);
}

/// <summary>An operation on a tenant, with its URL.</summary>
internal sealed record OperationLink(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("kind")] TenantOperationKind Kind,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt,
    [property: JsonPropertyName("endedAt")] DateTimeOffset? EndedAt,
    [property: JsonPropertyName("actor")] string? Actor,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("href")] string Href)
{
    public static OperationLink? Of(TenantOperation? operation, HttpRequest request) => operation is null
        ? null
        : new(
            operation.Id, operation.Kind, operation.Revision, operation.StartedAt, operation.EndedAt, operation.Actor, operation.Reason,
            ApiLinks.Operation(request, operation.Id));
}

/// <summary>A request that waits for the running operation to end.</summary>
internal sealed record WaitingView(
    [property: JsonPropertyName("kind")] TenantVerb Kind,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("acceptedAt")] DateTimeOffset AcceptedAt,
    [property: JsonPropertyName("actor")] string? Actor);
