using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>How accepted commands line up behind the running operation, overtake each other, and begin.</summary>
internal static class CommandQueue
{
    /// <summary>Whether the tenant will be gone once everything accepted so far is done.</summary>
    public static bool WillBeGone(this TenantState state) =>
        state.PendingKind() switch
        {
            { } kind => kind == TenantRequestKind.Offboard,
            null => state.Phase is not TenantPhase.Ready,
        };

    /// <summary>The operation that will leave the tenant gone, running or waiting as the last in line; null when there is none.</summary>
    public static string? PendingOffboardId(this TenantState state) =>
        state.PendingKind() != TenantRequestKind.Offboard ? null
        : state.WaitingCommands.Count > 0 ? state.OperationIdOf(state.WaitingCommands[^1])
        : state.Operation!.Id;

    /// <summary>The operation that the highest revision asked for; null for a tombstone that no operation made.</summary>
    public static string? LatestOperationId(this TenantState state) => state.Commands.Count > 0 ? state.Commands[^1].OperationId : null;

    /// <summary>Puts an accepted command in line. A waiting one that it makes pointless leaves the line.</summary>
    public static TenantState Admit(this TenantState state, TenantCommand command, long revision)
    {
        var request = command.Request;
        var waiting = new WaitingCommand(command.CommandId, request.Kind, revision, request.Spec, command.SubmittedAt);
        var overtaken = request.Kind == TenantRequestKind.Offboard ? state.WaitingCommands : [];
        // A teardown that is running already does what another one would: nothing needs to wait for it.
        var isUnderWay = request.Kind == TenantRequestKind.Offboard && state.Operation is { Kind: TenantRequestKind.Offboard };
        var operationId = isUnderWay ? state.Operation!.Id : state.OperationIdOf(waiting);
        var skipped = Settle(state.Commands, overtaken, CommandStatus.Superseded, $"Overtaken by the {request.Kind.ToWireName()} of revision {revision}.");
        return state with
        {
            Revision = revision,
            Kind = request.Kind,
            ContentHash = request.ContentHash,
            WaitingCommands = [.. state.WaitingCommands.Except(overtaken), .. isUnderWay ? [] : new[] { waiting }],
            Commands = Remember(skipped, new(command.CommandId, request.Kind, revision, operationId, CommandStatus.Accepted)),
            UpdatedAt = command.SubmittedAt,
        };
    }

    /// <summary>A tenant's first life: its onboarding is the only command in line.</summary>
    public static TenantState Conceive(TenantCommand command, long revision)
    {
        var unborn = new TenantState
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
        var admitted = unborn.Admit(command, revision);
        return admitted.Begin(unborn.Phase, command.SubmittedAt);
    }

    /// <summary>The memory of a tenant that never was, so that an onboarding older than its offboarding is recognised.</summary>
    public static TenantState Tombstone(TenantCommand command, long revision) => new()
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

    /// <summary>Lifts a tombstone's fence to a later offboarding's revision.</summary>
    public static TenantState RaiseFence(this TenantState state, TenantCommand command) =>
        command.Request.Revision is not { } revision || revision <= state.Revision ? state : state with
        {
            Revision = revision,
            Kind = command.Request.Kind,
            ContentHash = command.Request.ContentHash,
            SettledRevision = revision,
            UpdatedAt = command.SubmittedAt,
        };

    /// <summary>Starts the first in line. Every onboarding begins a new life.</summary>
    public static TenantState Begin(this TenantState state, TenantPhase phase, DateTimeOffset at)
    {
        var next = state.WaitingCommands[0];
        var isBirth = next.Kind == TenantRequestKind.Onboard;
        var incarnation = state.IncarnationOf(next.Kind);
        return state with
        {
            Phase = phase,
            Incarnation = incarnation,
            Spec = isBirth ? next.Spec : state.Spec,
            Placement = isBirth ? null : state.Placement,
            Operation = new(state.OperationIdOf(next), next.Kind, next.Revision, incarnation, at),
            LastError = isBirth ? null : state.LastError,
            Receipt = isBirth ? null : state.Receipt,
            WaitingCommands = [.. state.WaitingCommands.Skip(1)],
            CreatedAt = isBirth ? next.AcceptedAt : state.CreatedAt,
            UpdatedAt = at,
        };
    }

    /// <summary>Empties the line: what the commands in it waited for has failed.</summary>
    public static TenantState DropWaiting(this TenantState state, DateTimeOffset at) => state with
    {
        WaitingCommands = [],
        Commands = [.. Settle(state.Commands, state.WaitingCommands, CommandStatus.Dropped, "The teardown before it failed. Offboard again, then onboard with a higher revision.")],
        UpdatedAt = at,
    };

    private static TenantRequestKind? PendingKind(this TenantState state) =>
        state.WaitingCommands.Count > 0 ? state.WaitingCommands[^1].Kind : state.Operation?.Kind;

    private static int IncarnationOf(this TenantState state, TenantRequestKind kind) =>
        kind == TenantRequestKind.Onboard ? state.Incarnation + 1 : state.Incarnation;

    private static string OperationIdOf(this TenantState state, WaitingCommand command) =>
        TenantOperation.IdOf(state.TenantId, state.IncarnationOf(command.Kind), command.Revision, command.Kind);

    private static IEnumerable<CommandRecord> Settle(
        IEnumerable<CommandRecord> commands, IReadOnlyList<WaitingCommand> settled, CommandStatus fate, string note) =>
        commands.Select(c => settled.Any(w => w.CommandId == c.CommandId) ? c with { Status = fate, Note = note } : c);

    private static CommandRecord[] Remember(IEnumerable<CommandRecord> commands, CommandRecord added) =>
        [.. commands.Append(added).TakeLast(TenantState.MaxCommands)];
}
