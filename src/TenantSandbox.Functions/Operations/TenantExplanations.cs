using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>Creates <see cref="TenantExplanation"/>s from a tenant's state and its running operation.</summary>
internal static class TenantExplanations
{
    /// <param name="state">The tenant.</param>
    /// <param name="instance">The running operation's orchestration; null when idle, and when it is gone.</param>
    /// <param name="waitedFor">The orchestration whose end that one waits for; null for none.</param>
    /// <param name="reconcile">When tenants are reconciled.</param>
    public static TenantExplanation Of(
        TenantState state, OrchestrationMetadata? instance, OrchestrationMetadata? waitedFor, ReconcileSchedule reconcile) => state.Operation is { } operation
        ? Running(state, operation, instance, waitedFor)
        : Idle(state, reconcile);

    private static TenantExplanation Running(TenantState state, TenantOperation operation, OrchestrationMetadata? instance, OrchestrationMetadata? waitedFor)
    {
        if (instance is null or { IsCompleted: true })
        {
            return Create(
                state,
                instance is null
                    ? $"Operation '{operation.Id}' is recorded as running, but its orchestration is gone."
                    : $"Operation '{operation.Id}' has ended and its outcome is not stored yet.",
                instance?.LastUpdatedAt ?? operation.StartedAt,
                instance is null ? null : OperationViews.ErrorOf(instance),
                [NextAction.System("The watchdog stores the outcome, with everything that the operation may have left.")]);
        }

        var progress = OperationViews.ProgressOf(instance);
        var waitingFor = OperationViews.WaitingForOf(progress, waitedFor);
        var next = waitingFor?.Retry is { } retry
            ? NextAction.System($"{retry.Activity} is tried again, attempt {retry.Attempts + 1} of {retry.MaxAttempts}.", retry.NextAt)
            : NextAction.System(waitingFor is null ? "The operation goes on with its next step." : "The operation goes on when this is so, or when the step's time is up.");
        return Create(
            state,
            $"Operation '{operation.Id}' {(progress is null ? "has not begun its first step" : waitingFor is null ? "is running" : "is waiting")}.",
            progress?.Since ?? operation.StartedAt,
            null,
            waitingFor is null ? [next] : [next, NextAction.Operator("The operation can be canceled, or the step skipped.")]) with
        {
            Step = progress?.Step,
            WaitingFor = waitingFor,
            ErrorClass = waitingFor?.Retry?.ErrorClass,
        };
    }

    private static TenantExplanation Idle(TenantState state, ReconcileSchedule reconcile)
    {
        var (summary, next) = state.Phase switch
        {
            TenantPhase.Failed => (
                "The onboarding failed and was undone.",
                new[] { NextAction.Sender("Onboard it with a higher revision."), NextAction.Operator("Run the operation again.") }),
            TenantPhase.TeardownFailed => (
                "Something may be left of the tenant.",
                [NextAction.Sender("Offboard it again."), NextAction.Operator("Compensate the failed operation, or force the offboarding with the finalizers that may be removed.")]),
            TenantPhase.Quarantined => (
                "The tenant must not be changed until a person has looked at it.",
                [NextAction.Operator("Lift the quarantine, which applies everything again and verifies it, or offboard the tenant.")]),
            TenantPhase.Suspended => ("The tenant is suspended.", [NextAction.Sender("Resume it.")]),
            TenantPhase.Offboarded => ("The tenant is offboarded.", []),
            _ => Ready(state, reconcile),
        };
        return Create(state, summary, state.LastOperation?.EndedAt ?? state.UpdatedAt, state.LastError, [.. next, .. Cleanup(state, reconcile)]);
    }

    private static (string Summary, NextAction[] Next) Ready(TenantState state, ReconcileSchedule reconcile)
    {
        if (state.Conditions.IsTrue(TenantConditions.SpecUnknown))
        {
            return ("The tenant's spec is not stored, so that nothing can be applied.", [NextAction.Sender("Send an update with the whole spec, or offboard the tenant.")]);
        }

        if (state.LastError is not null)
        {
            NextAction[] retry = state.LastOperation is { Kind: TenantOperationKind.Reconcile }
                ? [NextAction.System("The reconcile repairs the tenant again if it still differs.", AfterPause(state, reconcile))]
                : [];
            return (
                $"The last operation failed; revision {state.AppliedRevision} runs.",
                [.. retry, NextAction.Sender("Send an update with a higher revision."), NextAction.Operator("Run the operation again.")]);
        }

        return state.Conditions.FirstOrDefault(IsBad) is { } bad
            ? (
                $"Condition {bad.Type} is {bad.Status}: {bad.Message}",
                [NextAction.System("The next reconcile repairs it, or reports it again.", reconcile.Next(null)), NextAction.Operator("Reconcile the tenant now.")])
            : ("The tenant runs as it should.", []);
    }

    private static IEnumerable<NextAction> Cleanup(TenantState state, ReconcileSchedule reconcile) =>
        state is { Phase: TenantPhase.TeardownFailed } or { Leftovers.Count: > 0, Phase: not TenantPhase.Quarantined }
            ? [NextAction.System("The reconcile removes what is left of earlier operations.", AfterPause(state, reconcile))]
            : [];

    private static DateTimeOffset? AfterPause(TenantState state, ReconcileSchedule reconcile) =>
        reconcile.Next(state.LastOperation?.EndedAt + TenantObservations.RepairPause);

    private static bool IsBad(TenantCondition condition) => condition.Type is TenantConditions.Ready or TenantConditions.Placed or TenantConditions.SecretsCurrent or TenantConditions.Isolated
        ? condition.Status == ConditionStatus.False
        : condition.Status == ConditionStatus.True;

    private static TenantExplanation Create(TenantState state, string summary, DateTimeOffset since, TenantError? cause, IEnumerable<NextAction> next) => new(
        state.TenantId,
        state.Phase,
        summary,
        state.Operation?.Id,
        null,
        null,
        since,
        cause?.ErrorClass,
        cause,
        [.. next, .. Expiry(state)],
        [.. state.WaitingCommands.Select(x => new WaitingView(x.Verb, x.Revision, x.AcceptedAt, x.Actor))],
        state.Conditions);

    private static IEnumerable<NextAction> Expiry(TenantState state) =>
        state is not { Expiry: { } expiry, Phase: not (TenantPhase.Offboarded or TenantPhase.Offboarding) } ? []
        : expiry.OnExpiry == ExpiryAction.Offboard ? [NextAction.System("It expires and is offboarded.", expiry.ExpiresAt)]
        : state.Phase == TenantPhase.Suspended ? []
        : [NextAction.System("It expires and is suspended.", expiry.ExpiresAt)];
}
