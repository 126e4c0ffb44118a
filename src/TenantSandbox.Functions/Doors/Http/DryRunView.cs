using System.Text.Json;
using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>The body of the answer to a dry run.</summary>
/// <param name="IsDryRun">Always true.</param>
/// <param name="Outcome">What the tenant would answer.</param>
/// <param name="TenantId">The tenant.</param>
/// <param name="Kind">What was asked.</param>
/// <param name="Revision">The request's revision; null for none.</param>
/// <param name="CurrentRevision">The tenant's revision now.</param>
/// <param name="Phase">The tenant's phase now; null for an unknown tenant.</param>
/// <param name="PhaseAfter">Its phase after the operation has succeeded; null when nothing would start at once.</param>
/// <param name="Operation">The kind of operation that would carry it out; null for none.</param>
/// <param name="Waiting">Whether the operation would wait for another one to end.</param>
/// <param name="Message">The outcome in words.</param>
/// <param name="Differences">How what runs differs from what is requested; null when the spec that runs is not stored.</param>
/// <param name="Placement">Where the operation would place the tenant; null when it needs no capacity or gets none.</param>
/// <param name="Refusals">Everything that would refuse it: the tenant, tenants that have its host names, and the clusters in the order in which they would be asked.</param>
/// <param name="Notes">What would be changed in the request, such as requests of resources that are raised to the limits; null for nothing.</param>
internal sealed record DryRunView(
    [property: JsonPropertyName("dryRun")] bool IsDryRun,
    [property: JsonPropertyName("outcome")] SubmitOutcome Outcome,
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("kind")] TenantVerb Kind,
    [property: JsonPropertyName("revision")] long? Revision,
    [property: JsonPropertyName("currentRevision")] long CurrentRevision,
    [property: JsonPropertyName("phase")] TenantPhase? Phase,
    [property: JsonPropertyName("phaseAfter")] TenantPhase? PhaseAfter,
    [property: JsonPropertyName("operation")] TenantOperationKind? Operation,
    [property: JsonPropertyName("waiting")] bool Waiting,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("differences")] IReadOnlyList<SpecChange>? Differences,
    [property: JsonPropertyName("placement")] PlannedPlacement? Placement,
    [property: JsonPropertyName("refusals")] IReadOnlyList<RefusalView> Refusals,
    [property: JsonPropertyName("notes"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RequestNote>? Notes)
{
    public static DryRunView Of(
        SubmitAnswer answer, PlannedOperation? operation, TenantState? before, TenantState? after, IReadOnlyList<SpecChange>? differences,
        IReadOnlyList<RequestNote>? notes, PlacementForecastView forecast, IReadOnlyList<RefusalView> takenHosts)
    {
        var isRefused = answer.Outcome is not (SubmitOutcome.Accepted or SubmitOutcome.Duplicate or SubmitOutcome.Done);
        return new(
            true,
            answer.Outcome,
            answer.TenantId,
            answer.Kind,
            answer.Revision,
            before?.Revision ?? 0,
            before?.Phase,
            answer.Outcome == SubmitOutcome.Accepted && !answer.IsWaiting && after is not null ? TenantRules.Settled(after.Phase) : null,
            operation?.Kind,
            answer.IsWaiting,
            answer.Message,
            differences,
            forecast.Placement,
            [
                .. isRefused ? [new RefusalView("tenant", null, JsonSerializer.SerializeToElement(answer.Outcome).GetString()!, answer.Message)] : Array.Empty<RefusalView>(),
                .. takenHosts,
                .. forecast.Refusals.Select(x => new RefusalView(x.Cluster is null ? "placement" : $"cluster {x.Cluster}", x.Error.ErrorClass, x.Error.Code, x.Error.Message)),
            ],
            notes is { Count: > 0 } ? notes : null);
    }
}

/// <summary>One refusal.</summary>
/// <param name="By">Who refuses: the tenant, another one that has a host name, the placement, or a cluster.</param>
/// <param name="ErrorClass">Its class; null when it is the tenant's.</param>
/// <param name="Code">The code.</param>
/// <param name="Message">Why, and what to do.</param>
internal sealed record RefusalView(
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("class")] Core.Errors.ErrorClass? ErrorClass,
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("message")] string Message);

/// <summary>The operation that a request or command would start or queue.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Incarnation">The incarnation that it works on.</param>
/// <param name="Sequence">Its number.</param>
/// <param name="Spec">What runs after it; null when unknown or nothing.</param>
internal sealed record PlannedOperation(TenantOperationKind Kind, int Incarnation, long Sequence, SpecRef? Spec)
{
    /// <returns>Null when the answer is no acceptance.</returns>
    public static PlannedOperation? Find(TenantState? after, SubmitAnswer answer)
    {
        if (after is null || answer is not { Outcome: SubmitOutcome.Accepted, OperationId: { } id } || !TenantOperation.TryParseId(id, out _, out var kind))
        {
            return null;
        }

        if (after.Operation is { } operation && operation.Id == id)
        {
            return new(kind, operation.Incarnation, operation.Sequence, after.Desired);
        }

        var waiting = after.WaitingCommands.LastOrDefault(x => x.Kind == kind);
        return waiting is null ? null : new(kind, waiting.Incarnation ?? after.Incarnation, waiting.Sequence ?? after.Sequence, waiting.Spec ?? after.Desired);
    }
}
