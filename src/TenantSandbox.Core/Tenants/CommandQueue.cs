using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>The queue of accepted commands behind a tenant's running operation: admission, superseding and start of the next one.</summary>
internal static class CommandQueue
{
    /// <summary>The phase that the tenant will be in when its running operation and every waiting command have succeeded.</summary>
    public static TenantPhase ProjectedPhase(this TenantState state, IEnumerable<WaitingCommand> waiting) =>
        waiting.Aggregate(TenantRules.Settled(state.Phase), (phase, w) => TenantRules.After(phase, w.OperationKind()));

    /// <summary>The waiting commands that stay when a command with this verb is accepted; it makes the others obsolete.</summary>
    public static IReadOnlyList<WaitingCommand> KeptBy(this TenantState state, TenantVerb verb) =>
        [.. state.WaitingCommands.Where(w => !IsSuperseded(w.OperationKind(), verb))];

    /// <summary>The running or waiting operation of a kind; null when there is none.</summary>
    public static string? PendingId(this TenantState state, TenantOperationKind kind) =>
        state.WaitingCommands.LastOrDefault(w => w.OperationKind() == kind) is { } waiting ? state.OperationIdOf(waiting)
        : state.Operation?.Kind == kind ? state.Operation.Id
        : null;

    /// <summary>The operation that another offboarding would join: the running one, or the last in the queue. Null when there is none.</summary>
    public static string? PendingOffboardId(this TenantState state) =>
        state.Operation is { Kind: TenantOperationKind.Offboard } running ? running.Id
        : state.WaitingCommands is [.., var last] && last.OperationKind() == TenantOperationKind.Offboard ? state.OperationIdOf(last)
        : null;

    /// <summary>Adds an accepted command to the queue and removes the waiting commands that it supersedes.</summary>
    public static (TenantState State, string OperationId) Enqueue(this TenantState state, TenantAsk ask, TenantOperationKind kind)
    {
        state = state.Supersede(ask);
        var kept = state.WaitingCommands;
        var incarnation = state.Incarnation + kept.Count(w => w.OperationKind() == TenantOperationKind.Onboard)
            + (kind == TenantOperationKind.Onboard ? 1 : 0);
        var next = new WaitingCommand(
            ask.CommandId, ask.Verb, ask.Revision ?? state.Revision, ask.Spec, ask.At, kind, state.Sequence + 1, incarnation, ask.Expiry, ask.Actor,
            ask.Reason, ask.Finalizers)
        {
            InlineSpec = ask.InlineSpec,
        };
        var operationId = state.OperationIdOf(next);
        var changed = state with { Sequence = state.Sequence + 1, WaitingCommands = [.. kept, next] };
        return (changed.Record(ask, operationId), operationId);
    }

    /// <summary>Removes the waiting commands that an accepted one makes obsolete; their records say so.</summary>
    public static TenantState Supersede(this TenantState state, TenantAsk ask)
    {
        var kept = state.KeptBy(ask.Verb);
        var note = ask.Revision is { } revision
            ? $"Superseded by the {ask.Verb.ToWireName()} request of revision {revision}."
            : $"Superseded by a later {ask.Verb.ToWireName()}.";
        return kept.Count == state.WaitingCommands.Count ? state : state with
        {
            WaitingCommands = kept,
            Commands = Mark(state.Commands, [.. state.WaitingCommands.Except(kept)], CommandStatus.Superseded, note),
        };
    }

    /// <summary>Remembers an accepted command: its id, the sender's revision as the new fence, and who asked.</summary>
    public static TenantState Record(this TenantState state, TenantAsk ask, string? operationId)
    {
        var revision = ask.Revision ?? state.Revision;
        return state with
        {
            Revision = revision,
            Kind = ask.Revision is null ? state.Kind : ask.Verb,
            ContentHash = ask.Revision is null ? state.ContentHash : ask.ContentHash,
            Commands = [.. state.Commands.Append(new(ask.CommandId, ask.Verb, revision, operationId, CommandStatus.Accepted)).TakeLast(TenantState.MaxCommands)],
            Audit = state.Audit.Append(ask, operationId),
            UpdatedAt = ask.At,
        };
    }

    /// <summary>The audit trail with one more entry.</summary>
    public static IReadOnlyList<AuditEntry> Append(this IReadOnlyList<AuditEntry> audit, TenantAsk ask, string? operationId) =>
    [
        .. audit
            .Append(new(ask.At, ask.Actor, IsVerified: false, ask.Source, ask.Verb, ask.Reason, operationId, ask.Revision))
            .TakeLast(TenantState.MaxAudit),
    ];

    /// <summary>Starts the first waiting command that the tenant's phase allows; drops those before it, each with the reason.</summary>
    public static TenantDecision StartNext(this TenantState state, DateTimeOffset now)
    {
        var running = state.Operation;
        while (state.Operation is null && state.WaitingCommands.Count > 0)
        {
            var next = state.WaitingCommands[0];
            var rule = TenantRules.Of(state.Incarnation == 0 && state.Phase == TenantPhase.Onboarding ? null : state.Phase, next.Verb.RuleVerb(state.Phase));
            state = rule.Admission switch
            {
                Admission.Start => state.Start(next, now),
                Admission.Change when next.Spec is not null => state.Take(next, now) with { Desired = next.Spec, DesiredRevision = next.Revision, Expiry = next.Expiry, InlineSpec = next.InlineSpec },
                _ => state.Drop(next, rule.Message, now),
            };
        }

        return new(state, running is null ? state.Operation : null);
    }

    /// <summary>Removes waiting commands that a person canceled.</summary>
    public static TenantState Cancel(this TenantState state, WaitingCommand command, string note, DateTimeOffset now) => state with
    {
        WaitingCommands = [.. state.WaitingCommands.Where(w => w.CommandId != command.CommandId)],
        Commands = Mark(state.Commands, [command], CommandStatus.Dropped, note),
        UpdatedAt = now,
    };

    /// <summary>The instance id of the operation that a waiting command will start.</summary>
    public static string OperationIdOf(this TenantState state, WaitingCommand command) => TenantOperation.IdOf(
        state.TenantId, command.Incarnation ?? state.Incarnation, command.Sequence ?? command.Revision, command.OperationKind());

    /// <summary>The kind of operation that carries a command out; the first version stored none, and its verbs were those of operations.</summary>
    public static TenantOperationKind OperationKind(this WaitingCommand command) =>
        command.Kind ?? (command.Verb == TenantVerb.Onboard ? TenantOperationKind.Onboard : TenantOperationKind.Offboard);

    // An earlier version ended the quarantine before the operation that lifts it.
    private static TenantVerb RuleVerb(this TenantVerb verb, TenantPhase phase) =>
        verb == TenantVerb.LiftQuarantine && phase != TenantPhase.Quarantined ? TenantVerb.Reconcile : verb;

    private static bool IsSuperseded(TenantOperationKind waiting, TenantVerb verb) => verb switch
    {
        TenantVerb.Offboard or TenantVerb.ForceOffboard => true,
        TenantVerb.Update => waiting == TenantOperationKind.Update,
        TenantVerb.Suspend or TenantVerb.Resume => waiting is TenantOperationKind.Suspend or TenantOperationKind.Resume,
        _ => false,
    };

    private static TenantState Start(this TenantState state, WaitingCommand next, DateTimeOffset now)
    {
        var kind = next.OperationKind();
        var operation = new TenantOperation(
            state.OperationIdOf(next), kind, next.Revision, next.Incarnation ?? state.Incarnation, now, null, next.Sequence ?? next.Revision, next.Verb,
            next.Actor, next.Reason, next.Finalizers, Expiry: kind == TenantOperationKind.Update ? next.Expiry : null);
        var taken = state.Take(next, now) with { Phase = StartPhase(state, kind), Operation = operation };
        return kind switch
        {
            TenantOperationKind.Onboard => taken with
            {
                Incarnation = operation.Incarnation,
                Desired = next.Spec,
                DesiredRevision = next.Revision,
                InlineSpec = next.InlineSpec,
                Applied = null,
                AppliedRevision = 0,
                Expiry = next.Expiry,
                ExpiryNoticeFor = null,
                Placement = null,
                Conditions = [],
                VerifiedAt = null,
                VerifiedNodeImage = null,
                LastError = null,
                Receipt = null,
                CreatedAt = next.AcceptedAt,
            },
            TenantOperationKind.Update => taken with { Desired = next.Spec, DesiredRevision = next.Revision, InlineSpec = next.InlineSpec ?? taken.InlineSpec },
            _ => taken,
        };
    }

    private static TenantPhase StartPhase(TenantState state, TenantOperationKind kind)
    {
        TenantPhase? from = kind == TenantOperationKind.Onboard && state.Incarnation == 0 && state.Phase == TenantPhase.Onboarding ? null : state.Phase;
        return kind switch
        {
            TenantOperationKind.Onboard => TenantTransitions.Next(from, TenantTrigger.OnboardStarted),
            TenantOperationKind.Update => TenantTransitions.Next(from, TenantTrigger.UpdateStarted),
            TenantOperationKind.Suspend => TenantTransitions.Next(from, TenantTrigger.SuspendStarted),
            TenantOperationKind.Resume => TenantTransitions.Next(from, TenantTrigger.ResumeStarted),
            TenantOperationKind.Offboard => TenantTransitions.Next(from, TenantTrigger.OffboardStarted),
            _ => state.Phase,
        };
    }

    private static TenantState Take(this TenantState state, WaitingCommand command, DateTimeOffset now) => state with
    {
        WaitingCommands = [.. state.WaitingCommands.Where(w => w.CommandId != command.CommandId)],
        UpdatedAt = now,
    };

    private static TenantState Drop(this TenantState state, WaitingCommand command, string? why, DateTimeOffset now) => state.Take(command, now) with
    {
        Commands = Mark(state.Commands, [command], CommandStatus.Dropped, $"It could not start: {why}"),
    };

    private static IReadOnlyList<CommandRecord> Mark(
        IReadOnlyList<CommandRecord> commands, IReadOnlyList<WaitingCommand> marked, CommandStatus status, string note) =>
        [.. commands.Select(c => marked.Any(w => w.CommandId == c.CommandId) ? c with { Status = status, Note = note } : c)];
}
