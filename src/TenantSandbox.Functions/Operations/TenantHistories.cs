using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>Creates <see cref="TenantHistory"/>s.</summary>
internal static class TenantHistories
{
    /// <param name="instances">The tenant's orchestrations that haven't been purged.</param>
    public static TenantHistory Of(TenantState state, IReadOnlyList<OrchestrationMetadata> instances, HttpRequest request)
    {
        // The state knows who asked and why; instances are kept longer than the state remembers them.
        var known = state.Operations.Concat(state.Operation is { } running ? [running] : Array.Empty<TenantOperation>())
            .DistinctBy(x => x.Id).ToDictionary(x => x.Id, StringComparer.Ordinal);
        var found = instances.Where(x => TenantOperation.TryParseId(x.InstanceId, out _, out _)).ToDictionary(x => x.InstanceId, StringComparer.Ordinal);
        return new(
            state.TenantId,
            [
                .. known.Keys.Union(found.Keys)
                    .Select(id => Operation(id, known.GetValueOrDefault(id), found.GetValueOrDefault(id), request))
                    .OrderByDescending(x => SequenceOf(x.Id)),
            ],
            [.. state.Commands.Reverse().Select(x => new PastRevision(x.Revision, x.Verb, x.Status, x.Note, x.OperationId))],
            [.. state.Audit.Reverse()],
            [.. instances.Select(EventOf).OfType<PastEvent>().OrderByDescending(x => x.At).ThenByDescending(x => SequenceOf(x.Id))]);
    }

    // Operations are numbered; several can begin and end at one time. Notices have no number.
    private static long SequenceOf(string id) => long.TryParse(id.Split('.')[2], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : 0;

    private static PastOperation Operation(string id, TenantOperation? known, OrchestrationMetadata? instance, HttpRequest request)
    {
        var error = known?.Error ?? (instance is null ? null : OperationViews.ErrorOf(instance));
        return new(
            id,
            id[(id.LastIndexOf('.') + 1)..],
            instance is not null ? OperationViews.StatusOf(instance)
                : OperationViews.StatusOf(known!.EndedAt is null ? OrchestrationRuntimeStatus.Running : OrchestrationRuntimeStatus.Completed, error),
            known?.Revision,
            known?.StartedAt ?? instance!.CreatedAt,
            known?.EndedAt ?? (instance is { IsCompleted: true } ? instance.LastUpdatedAt : null),
            known?.Actor,
            known?.Reason,
            error,
            known?.Skipped ?? (instance is null ? null : OperationViews.ResultOf(instance)?.Skipped) ?? [],
            ApiLinks.Operation(request, id));
    }

    private static PastEvent? EventOf(OrchestrationMetadata instance)
    {
        if (instance.Name == nameof(NoticeOrchestration))
        {
            return instance is { RuntimeStatus: OrchestrationRuntimeStatus.Completed, SerializedInput: not null, SerializedOutput: not null }
                && instance.ReadInputAs<NoticeInput>() is { } notice
                ? Event(instance, notice.EventType, instance.ReadOutputAs<bool>())
                : null;
        }

        return TenantOperation.TryParseId(instance.InstanceId, out _, out var kind) && OperationViews.ResultOf(instance) is { } result
            ? Event(instance, result.Succeeded ? EventOf(kind) : result.IsQuarantined ? EventTypes.TenantQuarantined : EventTypes.TenantFailed, result.EventPublished)
            : null;
    }

    private static PastEvent Event(OrchestrationMetadata instance, string type, bool isPublished) =>
        new($"{instance.InstanceId}:{type}", type, instance.LastUpdatedAt, isPublished);

    private static string EventOf(TenantOperationKind kind) => kind switch
    {
        TenantOperationKind.Onboard => EventTypes.TenantReady,
        TenantOperationKind.Update => EventTypes.TenantUpdated,
        TenantOperationKind.Suspend => EventTypes.TenantSuspended,
        TenantOperationKind.Resume => EventTypes.TenantResumed,
        TenantOperationKind.Offboard => EventTypes.TenantOffboarded,
        TenantOperationKind.Reconcile => EventTypes.TenantReconciled,
        TenantOperationKind.Verify => EventTypes.TenantVerified,
        _ => EventTypes.TenantCompensated,
    };
}
