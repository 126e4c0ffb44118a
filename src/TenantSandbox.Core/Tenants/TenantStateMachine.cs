using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>
/// The rules of a tenant's life: which requests are carried out, in what order, and what late and repeated ones are told.
/// Pure: state and input in, state and what to start out.
/// </summary>
/// <remarks>
/// Revisions fence. One that isn't above the highest accepted one never starts anything: the same request again is a
/// duplicate, the same revision with other content a conflict, a lower one stale, and about an offboarded tenant it is gone.
/// </remarks>
public static class TenantStateMachine
{
    /// <summary>Judges a request.</summary>
    public static (TenantDecision Decision, SubmitAnswer Answer) Submit(TenantState? state, TenantCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var request = command.Request;
        if (!request.Kind.IsSupported())
        {
            return Unchanged(state, TenantAnswers.NotOffered(state, request));
        }

        if (state?.Commands.FirstOrDefault(c => c.CommandId == command.CommandId) is { } seen)
        {
            return Unchanged(state, TenantAnswers.Seen(state, request, seen));
        }

        return request.Kind == TenantRequestKind.Onboard ? Onboard(state, command) : Offboard(state, command);
    }

    /// <summary>Takes in how the running operation ended, and starts what waits.</summary>
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
            (TenantRequestKind.Onboard, true, _) => TenantTrigger.OnboardUndone,
            (TenantRequestKind.Offboard, true, null) => TenantTrigger.OffboardSucceeded,
            _ => TenantTrigger.LeftOver,
        };
        var phase = TenantTransitions.Next(state.Phase, trigger);
        var settled = state with
        {
            Phase = phase,
            // An offboarding also settles every offboarding that came while it ran.
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

        if (state is not null && Fence(state, request, request.Revision.Value) is { } refusal)
        {
            return Unchanged(state, refusal);
        }

        if (state is not null && !state.WillBeGone())
        {
            return Unchanged(state, TenantAnswers.AlreadyLive(state, request));
        }

        if (state is { Phase: TenantPhase.TeardownFailed, Operation: null })
        {
            return Unchanged(state, TenantAnswers.LeftOver(state, request));
        }

        return Accept(state, command, request.Revision.Value);
    }

    private static (TenantDecision, SubmitAnswer) Offboard(TenantState? state, TenantCommand command)
    {
        var request = command.Request;
        if (state is null)
        {
            // With a revision, an onboarding that comes later but is older can be told apart; without one there is nothing to remember.
            return (new(request.Revision is { } fence ? CommandQueue.Tombstone(command, fence) : null, null), TenantAnswers.Unknown(request));
        }

        if (request.Revision is { } revision && Fence(state, request, revision) is { } refusal)
        {
            return Unchanged(state, refusal);
        }

        if (state is { Phase: TenantPhase.Offboarded, Operation: null })
        {
            return (new(state.RaiseFence(command), null), TenantAnswers.Gone(state, request));
        }

        if (request.Revision is null && state.PendingOffboardId() is { } pending)
        {
            return Unchanged(state, TenantAnswers.Same(state, request, pending));
        }

        return Accept(state, command, request.Revision ?? state.Revision + 1);
    }

    /// <summary>The answer to a revision that isn't above the highest accepted one; null lets it through.</summary>
    private static SubmitAnswer? Fence(TenantState state, TenantRequest request, long revision)
    {
        if (revision > state.Revision)
        {
            return null;
        }

        // Offboardings have no content, so two of one revision say the same.
        if (revision == state.Revision && request.Kind == state.Kind
            && (request.Kind == TenantRequestKind.Offboard || request.ContentHash == state.ContentHash))
        {
            return TenantAnswers.Same(state, request, state.LatestOperationId());
        }

        if (state is { Phase: TenantPhase.Offboarded, Operation: null })
        {
            return TenantAnswers.Gone(state, request);
        }

        return revision == state.Revision ? TenantAnswers.OtherContent(state, request) : TenantAnswers.Stale(state, request);
    }

    private static (TenantDecision, SubmitAnswer) Accept(TenantState? state, TenantCommand command, long revision)
    {
        var decision = state is null ? Started(CommandQueue.Conceive(command, revision)) : StartNext(state.Admit(command, revision), command.SubmittedAt);
        return (decision, TenantAnswers.Accepted(decision.State!, command.Request, revision, decision.State!.LatestOperationId()!));
    }

    private static TenantDecision StartNext(TenantState state, DateTimeOffset at)
    {
        if (state.Operation is not null || state.WaitingCommands.Count == 0)
        {
            return new(state, null);
        }

        var trigger = state.WaitingCommands[0].Kind == TenantRequestKind.Onboard ? TenantTrigger.OnboardStarted : TenantTrigger.OffboardStarted;
        return TenantTransitions.Allows(state.Phase, trigger)
            ? Started(state.Begin(TenantTransitions.Next(state.Phase, trigger), at))
            : new(state.DropWaiting(at), null);
    }

    private static TenantDecision Started(TenantState state) => new(state, state.Operation);

    private static (TenantDecision, SubmitAnswer) Unchanged(TenantState? state, SubmitAnswer answer) => (new(state, null), answer);
}

/// <summary>What a command or a report leads to.</summary>
/// <param name="State">The tenant's state from now on; null when there is still no such tenant.</param>
/// <param name="Start">The operation to start now, already in <paramref name="State"/>; null for none.</param>
public sealed record TenantDecision(TenantState? State, TenantOperation? Start);
