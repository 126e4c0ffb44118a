using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>The result of a command or a report.</summary>
/// <param name="State">The tenant's new state; null when the tenant still doesn't exist.</param>
/// <param name="Start">The operation to start now, already recorded in <paramref name="State"/>; null for none.</param>
public sealed record TenantDecision(TenantState? State, TenantOperation? Start);

/// <summary>
/// Decides which requests of a tenant are carried out and in what order, and how late and repeated ones are answered.
/// Pure: takes state and input, returns the new state and the operation to start.
/// </summary>
/// <remarks>
/// Revisions act as fencing tokens. A revision that isn't above the highest accepted one never starts anything: the same request
/// again is a duplicate, the same revision with other content a conflict, a lower one stale, and for an offboarded tenant it is gone.
/// </remarks>
public static class TenantStateMachine
{
    /// <summary>Accepts or rejects a request.</summary>
    public static (TenantDecision Decision, SubmitAnswer Answer) Submit(TenantState? state, TenantCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var request = command.Request;
        if (!request.Kind.IsSupported())
        {
            return Unchanged(state, TenantAnswers.NotSupported(state, request));
        }

        if (state?.Commands.FirstOrDefault(c => c.CommandId == command.CommandId) is { } record)
        {
            return Unchanged(state, TenantAnswers.SameCommand(state, request, record));
        }

        return request.Kind == TenantRequestKind.Onboard ? Onboard(state, command) : Offboard(state, command);
    }

    /// <summary>Records how the running operation ended, and starts the next one. Reports of other operations change nothing.</summary>
    public static TenantDecision Complete(TenantState? state, OperationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (state?.Operation is not { } ended || ended.Id != report.OperationId)
        {
            return new(state, null);
        }

        var trigger = (ended.Kind, report.IsClean, report.Error) switch
        {
            (TenantRequestKind.Onboard, true, null) => TenantTrigger.OnboardSucceeded,
            (TenantRequestKind.Onboard, true, _) => TenantTrigger.OnboardCompensated,
            (TenantRequestKind.Offboard, true, null) => TenantTrigger.OffboardSucceeded,
            _ => TenantTrigger.CleanupFailed,
        };
        var phase = TenantTransitions.Next(state.Phase, trigger);
        var settled = state with
        {
            Phase = phase,
            // An offboarding also settles every offboarding that joined it while it ran.
            SettledRevision = state.WaitingCommands.Count == 0 ? state.Revision : ended.Revision,
            Spec = phase == TenantPhase.Offboarded ? null : state.Spec,
            Placement = phase is TenantPhase.Ready or TenantPhase.TeardownFailed ? report.Placement ?? state.Placement : null,
            Operation = null,
            LastOperation = ended with { EndedAt = report.EndedAt },
            LastError = report.Error,
            Receipt = report.Receipt,
            UpdatedAt = report.EndedAt,
        };
        return StartNext(settled, report.EndedAt);
    }

    private static (TenantDecision, SubmitAnswer) Onboard(TenantState? state, TenantCommand command)
    {
        var request = command.Request;
        if (request is not { Spec: not null, Revision: > 0 })
        {
            return Unchanged(state, TenantAnswers.Malformed(state, request));
        }

        if (state is not null && RejectOldRevision(state, request, request.Revision.Value) is { } rejection)
        {
            return Unchanged(state, rejection);
        }

        if (state is not null && !state.WillBeOffboarded())
        {
            return Unchanged(state, TenantAnswers.AlreadyOnboarded(state, request));
        }

        if (state is { Phase: TenantPhase.TeardownFailed, Operation: null })
        {
            return Unchanged(state, TenantAnswers.TeardownFailed(state, request));
        }

        return Accept(state, command, request.Revision.Value);
    }

    private static (TenantDecision, SubmitAnswer) Offboard(TenantState? state, TenantCommand command)
    {
        var request = command.Request;
        if (state is null)
        {
            // With a revision, an older onboarding that arrives later can be recognized; without one there is nothing to remember.
            var tombstone = request.Revision is { } tombstoneRevision ? CommandQueue.CreateTombstone(command, tombstoneRevision) : null;
            return (new(tombstone, null), TenantAnswers.NotFound(request));
        }

        if (request.Revision is { } revision && RejectOldRevision(state, request, revision) is { } rejection)
        {
            return Unchanged(state, rejection);
        }

        if (state is { Phase: TenantPhase.Offboarded, Operation: null })
        {
            return (new(state.RaiseTombstone(command), null), TenantAnswers.Gone(state, request));
        }

        if (request.Revision is null && state.PendingOffboardId() is { } pending)
        {
            return Unchanged(state, TenantAnswers.SameRequest(state, request, pending));
        }

        return Accept(state, command, request.Revision ?? state.Revision + 1);
    }

    /// <summary>The answer to a revision that isn't above the highest accepted one; null when it is.</summary>
    private static SubmitAnswer? RejectOldRevision(TenantState state, TenantRequest request, long revision)
    {
        if (revision > state.Revision)
        {
            return null;
        }

        // Offboardings have no content, so two of one revision are the same request.
        if (revision == state.Revision && request.Kind == state.Kind
            && (request.Kind == TenantRequestKind.Offboard || request.ContentHash == state.ContentHash))
        {
            return TenantAnswers.SameRequest(state, request, state.LatestOperationId());
        }

        if (state is { Phase: TenantPhase.Offboarded, Operation: null })
        {
            return TenantAnswers.Gone(state, request);
        }

        return revision == state.Revision ? TenantAnswers.OtherContent(state, request) : TenantAnswers.Stale(state, request);
    }

    private static (TenantDecision, SubmitAnswer) Accept(TenantState? state, TenantCommand command, long revision)
    {
        var decision = state is null
            ? Started(CommandQueue.CreateOnboarding(command, revision))
            : StartNext(state.Enqueue(command, revision), command.SubmittedAt);
        return (decision, TenantAnswers.Accepted(decision.State!, command.Request, revision, decision.State!.LatestOperationId()!));
    }

    private static TenantDecision StartNext(TenantState state, DateTimeOffset now)
    {
        if (state.Operation is not null || state.WaitingCommands.Count == 0)
        {
            return new(state, null);
        }

        var trigger = state.WaitingCommands[0].Kind == TenantRequestKind.Onboard ? TenantTrigger.OnboardStarted : TenantTrigger.OffboardStarted;
        return TenantTransitions.IsAllowed(state.Phase, trigger)
            ? Started(state.StartNext(TenantTransitions.Next(state.Phase, trigger), now))
            : new(state.DropWaiting(now), null);
    }

    private static TenantDecision Started(TenantState state) => new(state, state.Operation);

    private static (TenantDecision, SubmitAnswer) Unchanged(TenantState? state, SubmitAnswer answer) => (new(state, null), answer);
}
