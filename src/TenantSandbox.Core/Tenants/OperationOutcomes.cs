namespace TenantSandbox.Core.Tenants;

/// <summary>What the end of an operation, an observation and a found namespace do to a tenant's state. Pure, like <see cref="TenantStateMachine"/>.</summary>
public static class OperationOutcomes
{
    /// <summary>Records how the running operation ended, and starts the next one. Reports of other operations change nothing.</summary>
    public static TenantDecision Complete(TenantState? state, OperationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        state = state?.Upgrade();
        if (state?.Operation is not { } ended || ended.Id != report.OperationId)
        {
            return new(state, null);
        }

        var phase = TenantTransitions.Next(state.Phase, TriggerOf(state.Phase, ended.Kind, report));
        var isApplied = report.Error is null && ended.Kind is TenantOperationKind.Onboard or TenantOperationKind.Update or TenantOperationKind.Resume;
        var operation = ended with { EndedAt = report.EndedAt, Error = report.Error, Skipped = report.Skipped is { Count: > 0 } skipped ? skipped : null };
        var settled = state with
        {
            Phase = phase,
            // An offboarding also settles every offboarding that joined it while it ran.
            SettledRevision = state.WaitingCommands.Count == 0 ? state.Revision : Math.Max(state.SettledRevision, ended.Revision),
            Applied = isApplied ? state.Desired : state.Applied,
            AppliedRevision = isApplied ? state.DesiredRevision : state.AppliedRevision,
            Expiry = isApplied && ended.Kind == TenantOperationKind.Update ? ended.Expiry : state.Expiry,
            Placement = PlacementAfter(phase, state, report),
            Leftovers = report.Leftovers ?? Keep(state, ended),
            Conditions = OperationConditions.After(state.Conditions, ended.Kind, phase, report),
            VerifiedAt = report.Isolation?.At ?? state.VerifiedAt,
            VerifiedNodeImage = report.Isolation is { } isolation ? isolation.NodeImage : state.VerifiedNodeImage,
            Operation = null,
            LastOperation = operation,
            Operations = [.. state.Operations.Append(operation).TakeLast(TenantState.MaxOperations)],
            LastError = report.Error,
            Receipt = report.Receipt ?? (ended.Kind is TenantOperationKind.Offboard or TenantOperationKind.Onboard ? null : state.Receipt),
            UpdatedAt = report.EndedAt,
        };
        if (phase == TenantPhase.Offboarded)
        {
            settled = settled with
            {
                Desired = null,
                DesiredRevision = 0,
                InlineSpec = null,
                Applied = null,
                AppliedRevision = 0,
                Expiry = null,
                ExpiryCheckAt = null,
                ExpiryNoticeFor = null,
                Conditions = [],
                VerifiedAt = null,
                VerifiedNodeImage = null,
            };
        }

        var next = settled.StartNext(report.EndedAt);
        return next with { State = TenantExpiryRules.Arm(next.State!, report.EndedAt) };
    }

    /// <summary>Records where an operation is about to place something. An attempt of any other than the running operation changes nothing.</summary>
    public static TenantState? Attempt(TenantState? state, PlacementAttempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        state = state?.Upgrade();
        if (state?.Operation?.Id != attempt.OperationId)
        {
            return state;
        }

        var others = state.Leftovers.Where(l => !Leftovers.IsSame(l, attempt.Leftover));
        return state with { Leftovers = [.. others, attempt.Leftover] };
    }

    private static TenantTrigger TriggerOf(TenantPhase phase, TenantOperationKind kind, OperationReport report) => (kind, report.IsClean, report.Error) switch
    {
        (TenantOperationKind.Reconcile or TenantOperationKind.Verify, _, _) when phase == TenantPhase.Ready && report.Isolation is { IsQuarantined: true } =>
            TenantTrigger.Quarantined,
        (TenantOperationKind.Reconcile, _, null) when phase == TenantPhase.Quarantined => TenantTrigger.QuarantineLifted,
        (TenantOperationKind.Verify, _, _) => TenantTrigger.Verified,
        (TenantOperationKind.Onboard, _, null) => TenantTrigger.OnboardSucceeded,
        (TenantOperationKind.Onboard, true, _) => TenantTrigger.OnboardCompensated,
        (TenantOperationKind.Update, _, _) => TenantTrigger.UpdateEnded,
        (TenantOperationKind.Suspend, _, null) => TenantTrigger.SuspendSucceeded,
        (TenantOperationKind.Suspend, _, _) => TenantTrigger.SuspendFailed,
        (TenantOperationKind.Resume, _, null) => TenantTrigger.ResumeSucceeded,
        (TenantOperationKind.Resume, _, _) => TenantTrigger.ResumeFailed,
        (TenantOperationKind.Offboard, _, null) => TenantTrigger.OffboardSucceeded,
        (TenantOperationKind.Reconcile, _, _) => TenantTrigger.Reconciled,
        (TenantOperationKind.Compensate, _, null) => TenantTrigger.Compensated,
        (TenantOperationKind.Compensate, _, _) => TenantTrigger.NotCompensated,
        _ => TenantTrigger.CleanupFailed,
    };

    private static TenantPlacement? PlacementAfter(TenantPhase phase, TenantState state, OperationReport report) => phase switch
    {
        TenantPhase.Failed or TenantPhase.Offboarded => null,
        _ => report.Placement ?? state.Placement,
    };

    // The reporter knows nothing: what the operation was about to use may exist.
    private static IReadOnlyList<TenantLeftover> Keep(TenantState state, TenantOperation ended) =>
        [.. state.Leftovers.Select(l => l.Reason is null ? l with { Reason = $"Operation '{ended.Id}' ended without saying what it left." } : l)];
}

/// <summary>Rules about lists of leftovers.</summary>
public static class Leftovers
{
    /// <summary>Whether two leftovers are about the same reservation and namespace.</summary>
    public static bool IsSame(TenantLeftover left, TenantLeftover right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return left.Incarnation == right.Incarnation && left.Placement.ClusterId == right.Placement.ClusterId
            && left.Placement.Sequence == right.Placement.Sequence
            && (left.Placement.PoolName == right.Placement.PoolName || left.Placement.PoolName is null || right.Placement.PoolName is null);
    }
}
