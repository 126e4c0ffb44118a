using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>The queue of accepted commands behind a tenant's running operation: admission, superseding and start of the next one.</summary>
internal static class CommandQueue
{
    /// <summary>Whether the tenant will be offboarded once every accepted command has been carried out.</summary>
    public static bool WillBeOffboarded(this TenantState state) =>
        state.LastQueuedKind() switch
        {
            { } kind => kind == TenantRequestKind.Offboard,
            null => state.Phase is not TenantPhase.Ready,
        };

    /// <summary>The operation that will offboard the tenant, running or last in the queue; null when there is none.</summary>
    public static string? PendingOffboardId(this TenantState state) =>
        state.LastQueuedKind() != TenantRequestKind.Offboard ? null
        : state.WaitingCommands.Count > 0 ? state.OperationIdOf(state.WaitingCommands[^1])
        : state.Operation!.Id;

    /// <summary>The operation of the highest revision; null for a tombstone that no operation created.</summary>
    public static string? LatestOperationId(this TenantState state) => state.Commands.Count > 0 ? state.Commands[^1].OperationId : null;

    /// <summary>Adds an accepted command to the queue and removes the waiting commands that it supersedes.</summary>
    public static TenantState Enqueue(this TenantState state, TenantCommand command, long revision)
    {
        var request = command.Request;
        var waiting = new WaitingCommand(command.CommandId, request.Kind, revision, request.Spec, command.SubmittedAt);
        var superseded = request.Kind == TenantRequestKind.Offboard ? state.WaitingCommands : [];
        // A running offboarding already does what another one would do, so the new command joins it.
        var joinsRunning = request.Kind == TenantRequestKind.Offboard && state.Operation is { Kind: TenantRequestKind.Offboard };
        var operationId = joinsRunning ? state.Operation!.Id : state.OperationIdOf(waiting);
        var commands = Mark(state.Commands, superseded, CommandStatus.Superseded, $"Superseded by the {request.Kind.ToWireName()} request of revision {revision}.");
        var record = new CommandRecord(command.CommandId, request.Kind, revision, operationId, CommandStatus.Accepted);
        return state with
        {
            Revision = revision,
            Kind = request.Kind,
            ContentHash = request.ContentHash,
            WaitingCommands = [.. state.WaitingCommands.Except(superseded), .. joinsRunning ? [] : new[] { waiting }],
            Commands = [.. commands.Append(record).TakeLast(TenantState.MaxCommands)],
            UpdatedAt = command.SubmittedAt,
        };
    }

    /// <summary>The state of a tenant whose first onboarding was just accepted and started.</summary>
    public static TenantState CreateOnboarding(TenantCommand command, long revision)
    {
        var initial = new TenantState
        {
            TenantId = command.Request.TenantId,
            Phase = TenantTransitions.Next(null, TenantTrigger.OnboardStarted),
            Incarnation = 0,
            Revision = 0,
            Kind = command.Request.Kind,
            ContentHash = command.Request.ContentHash,
            CreatedAt = command.SubmittedAt,
            UpdatedAt = command.SubmittedAt,
        };
        return initial.Enqueue(command, revision).StartNext(initial.Phase, command.SubmittedAt);
    }

    /// <summary>The state that remembers an offboarding of an unknown tenant, so that an older onboarding that arrives later is rejected.</summary>
    public static TenantState CreateTombstone(TenantCommand command, long revision) => new()
    {
        TenantId = command.Request.TenantId,
        Phase = TenantPhase.Offboarded,
        Incarnation = 0,
        Revision = revision,
        Kind = command.Request.Kind,
        ContentHash = command.Request.ContentHash,
        SettledRevision = revision,
        CreatedAt = command.SubmittedAt,
        UpdatedAt = command.SubmittedAt,
    };

    /// <summary>Raises a tombstone's revision to that of a later offboarding.</summary>
    public static TenantState RaiseTombstone(this TenantState state, TenantCommand command) =>
        command.Request.Revision is not { } revision || revision <= state.Revision ? state : state with
        {
            Revision = revision,
            Kind = command.Request.Kind,
            ContentHash = command.Request.ContentHash,
            SettledRevision = revision,
            UpdatedAt = command.SubmittedAt,
        };

    /// <summary>Makes the first waiting command the running operation. An onboarding begins a new incarnation.</summary>
    public static TenantState StartNext(this TenantState state, TenantPhase phase, DateTimeOffset now)
    {
        var next = state.WaitingCommands[0];
        var isOnboarding = next.Kind == TenantRequestKind.Onboard;
        var incarnation = state.IncarnationOf(next.Kind);
        return state with
        {
            Phase = phase,
            Incarnation = incarnation,
            Spec = isOnboarding ? next.Spec : state.Spec,
            Placement = isOnboarding ? null : state.Placement,
            Operation = new(state.OperationIdOf(next), next.Kind, next.Revision, incarnation, now),
            LastError = isOnboarding ? null : state.LastError,
            Receipt = isOnboarding ? null : state.Receipt,
            WaitingCommands = [.. state.WaitingCommands.Skip(1)],
            CreatedAt = isOnboarding ? next.AcceptedAt : state.CreatedAt,
            UpdatedAt = now,
        };
    }

    /// <summary>Drops all waiting commands, because the operation that they waited for failed.</summary>
    public static TenantState DropWaiting(this TenantState state, DateTimeOffset now)
    {
        const string Note = "The offboarding before it failed. Send another offboard request, then onboard with a higher revision.";
        return state with
        {
            WaitingCommands = [],
            Commands = [.. Mark(state.Commands, state.WaitingCommands, CommandStatus.Dropped, Note)],
            UpdatedAt = now,
        };
    }

    private static TenantRequestKind? LastQueuedKind(this TenantState state) =>
        state.WaitingCommands.Count > 0 ? state.WaitingCommands[^1].Kind : state.Operation?.Kind;

    private static int IncarnationOf(this TenantState state, TenantRequestKind kind) =>
        kind == TenantRequestKind.Onboard ? state.Incarnation + 1 : state.Incarnation;

    private static string OperationIdOf(this TenantState state, WaitingCommand command) =>
        TenantOperation.IdOf(state.TenantId, state.IncarnationOf(command.Kind), command.Revision, command.Kind);

    private static IEnumerable<CommandRecord> Mark(
        IEnumerable<CommandRecord> commands, IReadOnlyList<WaitingCommand> marked, CommandStatus status, string note) =>
        commands.Select(c => marked.Any(w => w.CommandId == c.CommandId) ? c with { Status = status, Note = note } : c);
}
