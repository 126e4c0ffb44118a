using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>The result of a command, an observation or a report.</summary>
/// <param name="State">The tenant's new state; null when the tenant still doesn't exist.</param>
/// <param name="Start">The operation to start now, already recorded in <paramref name="State"/>; null for none.</param>
/// <param name="Notice">An event to publish that no operation publishes; null for none.</param>
public sealed record TenantDecision(TenantState? State, TenantOperation? Start, TenantNotice? Notice = null);

/// <summary>An event about a tenant that isn't the end of an operation.</summary>
/// <param name="EventType">One of <see cref="EventTypes"/>.</param>
/// <param name="Key">Distinguishes it from other notices of the type about this incarnation; part of the event's id.</param>
/// <param name="Data">What it says, beside tenant, incarnation and revision.</param>
public sealed record TenantNotice(string EventType, string Key, IReadOnlyList<KeyValuePair<string, string>> Data);

/// <summary>
/// Decides which requests and commands of a tenant are carried out and in what order, and how late and repeated ones are answered.
/// Pure: takes state and input, returns the new state and the operation to start.
/// </summary>
/// <remarks>
/// Revisions act as fencing tokens. A revision that isn't above the highest accepted one never starts anything: the same request
/// again is a duplicate, the same revision with other content a conflict, a lower one stale, and for an offboarded tenant it is gone.
/// Operators, timers and requests without a revision take none.
/// </remarks>
public static class TenantStateMachine
{
    /// <summary>Accepts or rejects a request of a sender.</summary>
    public static (TenantDecision Decision, SubmitAnswer Answer) Submit(TenantState? state, TenantCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        state = state?.Upgrade();
        var ask = TenantAsk.Of(command);
        if (state?.Commands.FirstOrDefault(c => c.CommandId == ask.CommandId) is { } record)
        {
            return Unchanged(state, TenantAnswers.SameCommand(state, ask, record));
        }

        if (command.Request.Kind.HasSpec() && ask is not { Spec: not null, Revision: > 0 })
        {
            return Unchanged(state, TenantAnswers.Invalid(state, ask, $"'{ask.Verb.ToWireName()}' requires a revision of 1 or higher and a spec. Nothing was changed."));
        }

        if (state is not null && ask.Revision is { } revision && RejectOldRevision(state, ask, revision) is { } rejection)
        {
            return Unchanged(state, rejection);
        }

        return Decide(state, ask);
    }

    /// <summary>Accepts or rejects a command of an operator or a timer.</summary>
    public static (TenantDecision Decision, SubmitAnswer Answer) Act(TenantState? state, OperatorCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        state = state?.Upgrade();
        var ask = TenantAsk.Of(command);
        if (state?.Commands.FirstOrDefault(c => c.CommandId == ask.CommandId) is { } record)
        {
            return Unchanged(state, TenantAnswers.SameCommand(state, ask, record));
        }

        if (state is null)
        {
            return Unchanged(state, TenantAnswers.NotFound(ask));
        }

        return ask.Verb switch
        {
            TenantVerb.Cancel or TenantVerb.Skip => OperationActs.Intervene(state, ask),
            TenantVerb.Retry => OperationActs.Retry(state, ask) switch
            {
                (null, { } answer) => Unchanged(state, answer),
                (var retried, _) => Decide(state, retried!),
            },
            TenantVerb.Onboard or TenantVerb.Update => Unchanged(state, TenantAnswers.Invalid(state, ask, "Only a request of a sender can do this. Nothing was changed.")),
            _ => Decide(state, ask),
        };
    }

    /// <summary>Applies the rule for the verb in the phase that the tenant will be in.</summary>
    internal static (TenantDecision Decision, SubmitAnswer Answer) Decide(TenantState? state, TenantAsk ask)
    {
        if (state is null)
        {
            return DecideUnknown(ask);
        }

        if (ask.Verb == TenantVerb.Compensate && state.IsBeingOffboarded)
        {
            if (state.Operation is { } offboarding)
            {
                return Unchanged(state, TenantAnswers.Duplicate(state, ask, offboarding.Id, null));
            }

            // What a failed offboarding left is removed by another one; a compensation would end as if an onboarding had failed.
            ask = ask with { Verb = TenantVerb.Offboard };
        }

        // An offboarding that runs or waits already does what another one would do.
        if (ask.Verb == TenantVerb.Offboard && state.PendingOffboardId() is { } pending)
        {
            return Join(state, ask, pending);
        }

        if (RepeatableKindOf(ask.Verb) is { } repeatable && state.PendingId(repeatable) is { } same)
        {
            return Unchanged(state, TenantAnswers.Duplicate(state, ask, same, null));
        }

        var phase = state.ProjectedPhase(state.KeptBy(ask.Verb));
        if (ask.Verb == TenantVerb.ForceOffboard && state.Operation is { Kind: TenantOperationKind.Offboard })
        {
            // It is for an offboarding that doesn't end: that one is canceled, and fails.
            phase = TenantPhase.TeardownFailed;
        }

        var rule = TenantRules.Of(phase, ask.Verb);
        if (Refuse(state, ask, rule) is { } refusal)
        {
            return (new(rule.Admission == Admission.Gone && ask.Verb == TenantVerb.Offboard ? state.RaiseTombstone(ask) : state, null), refusal);
        }

        return rule.Admission switch
        {
            Admission.Start => Start(state, ask, rule.Operation!.Value),
            // A new spec for a tenant that will be suspended waits for that: if the suspension fails, it is rolled out.
            Admission.Change when ask.Spec is not null && (state.Operation is not null || state.WaitingCommands.Count > 0) => Start(state, ask, TenantOperationKind.Update),
            _ => Change(state, ask, rule),
        };
    }

    private static (TenantDecision, SubmitAnswer) DecideUnknown(TenantAsk ask)
    {
        if (ask.Verb == TenantVerb.Onboard)
        {
            var (created, operationId) = TenantStates.New(ask).Enqueue(ask, TenantOperationKind.Onboard);
            var started = created.StartNext(ask.At);
            return (started, TenantAnswers.Accepted(started.State!, ask, operationId));
        }

        // With a revision, an older onboarding that arrives later can be recognized; without one there is nothing to remember.
        var tombstone = ask is { Verb: TenantVerb.Offboard, Revision: not null } ? TenantStates.NewTombstone(ask) : null;
        return (new(tombstone, null), TenantAnswers.NotFound(ask));
    }

    private static SubmitAnswer? Refuse(TenantState state, TenantAsk ask, TenantRule rule) => rule.Admission switch
    {
        Admission.Conflict => TenantAnswers.Conflict(state, ask, rule.Message!),
        Admission.Gone => TenantAnswers.Gone(state, ask),
        Admission.NotFound => TenantAnswers.NotFound(ask),
        _ when ask.Verb == TenantVerb.Renew && ask.Expiry is null =>
            TenantAnswers.Invalid(state, ask, "A renewal requires the time of the new expiry. Nothing was changed."),
        Admission.Start when ask.Verb == TenantVerb.Resume && state.Expiry is { } expiry && expiry.ExpiresAt <= ask.At =>
            TenantAnswers.Conflict(state, ask, "The tenant has expired. Renew it first."),
        Admission.Start when state.Desired is null && ask.Spec is null && rule.Operation is TenantOperationKind.Suspend or TenantOperationKind.Resume or TenantOperationKind.Reconcile =>
            TenantAnswers.Conflict(state, ask, "The tenant's spec is unknown. Send an update with the whole spec, or offboard it."),
        Admission.Start when ask.Verb == TenantVerb.Compensate && !NeedsCompensation(state) =>
            TenantAnswers.Conflict(state, ask, "There is nothing to compensate: no failed operation left anything."),
        _ => null,
    };

    /// <summary>The operation of a verb whose repetition, while one runs or waits, adds nothing; null for other verbs.</summary>
    private static TenantOperationKind? RepeatableKindOf(TenantVerb verb) => verb switch
    {
        TenantVerb.Reconcile or TenantVerb.LiftQuarantine => TenantOperationKind.Reconcile,
        TenantVerb.Compensate => TenantOperationKind.Compensate,
        TenantVerb.Verify => TenantOperationKind.Verify,
        _ => null,
    };

    private static bool NeedsCompensation(TenantState state) =>
        state.Operation is not null || state.Phase == TenantPhase.TeardownFailed || state.Leftovers.Count > 0
        || state is { LastError: not null, Phase: TenantPhase.Ready or TenantPhase.Suspended };

    private static (TenantDecision, SubmitAnswer) Start(TenantState state, TenantAsk ask, TenantOperationKind kind)
    {
        var (queued, operationId) = state.Enqueue(ask, kind);
        var decision = queued.StartNext(ask.At);
        return (decision, TenantAnswers.Accepted(decision.State!, ask, operationId));
    }

    private static (TenantDecision, SubmitAnswer) Change(TenantState state, TenantAsk ask, TenantRule rule)
    {
        if (rule.Admission == Admission.Done)
        {
            // The command that made it so, if it is still running.
            var running = state.Operation is { } operation && state.WaitingCommands.Count == 0 ? operation.Id : null;
            var kept = state.Supersede(ask);
            var noted = ask.Revision is null && ReferenceEquals(kept, state) ? state : kept.Record(ask, running);
            return (new(noted, null), TenantAnswers.Done(noted, ask, rule.Message!, running));
        }

        var changed = ask.Verb == TenantVerb.Renew
            ? state with { Expiry = ask.Expiry }
            : state with { Desired = ask.Spec, DesiredRevision = ask.Revision ?? state.Revision, InlineSpec = ask.InlineSpec, Expiry = ask.Expiry };
        var recorded = TenantExpiryRules.Arm(changed.Record(ask, null), ask.At);
        var notice = ask.Verb != TenantVerb.Renew ? null : new TenantNotice(
            EventTypes.TenantUpdated,
            $"renew:{ask.CommandId}",
            [new("change", "expiry"), new("expiresAt", TenantExpiryRules.Format(ask.Expiry!.ExpiresAt)), new("actor", ask.Actor), .. Optional("reason", ask.Reason)]);
        return (new(recorded, null, notice), TenantAnswers.Done(recorded, ask, rule.Message!, null));
    }

    private static IEnumerable<KeyValuePair<string, string>> Optional(string name, string? value) => value is null ? [] : [new(name, value)];

    private static (TenantDecision, SubmitAnswer) Join(TenantState state, TenantAsk ask, string operationId)
    {
        var isWaiting = state.Operation?.Id != operationId;
        if (ask.Revision is null && (isWaiting || state.WaitingCommands.Count == 0))
        {
            return Unchanged(state, TenantAnswers.Duplicate(state, ask, operationId, null));
        }

        var joined = (isWaiting ? state : state.Supersede(ask)).Record(ask, operationId);
        return (new(joined, null), TenantAnswers.Accepted(joined, ask, operationId));
    }

    /// <summary>The answer to a revision that isn't above the highest accepted one; null when it is.</summary>
    private static SubmitAnswer? RejectOldRevision(TenantState state, TenantAsk ask, long revision)
    {
        if (revision > state.Revision)
        {
            return null;
        }

        // Kinds without content have only the revision: two of one revision are the same request.
        if (revision == state.Revision && ask.Verb == state.Kind
            && (ask.Verb is TenantVerb.Offboard or TenantVerb.Suspend or TenantVerb.Resume || ask.ContentHash == state.ContentHash))
        {
            var record = state.Commands.LastOrDefault(c => c.Revision == revision && c.Verb == ask.Verb);
            return TenantAnswers.Duplicate(state, ask, record?.OperationId, record);
        }

        if (state is { Phase: TenantPhase.Offboarded, Operation: null })
        {
            return TenantAnswers.Gone(state, ask);
        }

        return revision == state.Revision ? TenantAnswers.OtherContent(state, ask) : TenantAnswers.Stale(state, ask);
    }

    private static (TenantDecision, SubmitAnswer) Unchanged(TenantState? state, SubmitAnswer answer) => (new(state, null), answer);
}
