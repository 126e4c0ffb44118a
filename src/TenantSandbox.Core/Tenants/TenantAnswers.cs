namespace TenantSandbox.Core.Tenants;

/// <summary>Builds the answers to requests and commands. Each message says what happened and what to do about it.</summary>
internal static class TenantAnswers
{
    public static SubmitAnswer Accepted(TenantState state, TenantAsk ask, string operationId)
    {
        var isWaiting = state.WaitingCommands.Any(w => w.CommandId == ask.CommandId);
        var message = !isWaiting ? "Accepted."
            : TakesOver(state, ask) ? $"Accepted. '{state.Operation?.Id}' stops at its next step; then it starts."
            : $"Accepted. It starts when '{state.Operation?.Id}' ends.";
        return Answer(SubmitOutcome.Accepted, state, ask, message, operationId, isWaiting);
    }

    public static SubmitAnswer Done(TenantState state, TenantAsk ask, string message, string? operationId) =>
        Answer(SubmitOutcome.Done, state, ask, message, operationId);

    public static SubmitAnswer SameCommand(TenantState state, TenantAsk ask, CommandRecord record) => Duplicate(state, ask, record.OperationId, record);

    public static SubmitAnswer Duplicate(TenantState state, TenantAsk ask, string? operationId, CommandRecord? record) =>
        Answer(
            SubmitOutcome.Duplicate,
            state,
            ask,
            record is { Note: { } note } ? $"Already accepted, but {(record.Status == CommandStatus.Superseded ? "superseded" : "dropped")}. {note}" : "Already accepted.",
            operationId,
            record is not null && state.WaitingCommands.Any(w => w.CommandId == record.CommandId));

    public static SubmitAnswer Stale(TenantState state, TenantAsk ask) =>
        Answer(
            SubmitOutcome.Stale,
            state,
            ask,
            $"Revision {ask.Revision} is lower than the current revision {state.Revision}. Nothing was changed.");

    public static SubmitAnswer OtherContent(TenantState state, TenantAsk ask) =>
        Answer(
            SubmitOutcome.Conflict,
            state,
            ask,
            $"Revision {ask.Revision} was already accepted with different content. Send changes with a higher revision.",
            state.Commands.LastOrDefault(c => c.Revision == ask.Revision)?.OperationId);

    public static SubmitAnswer Conflict(TenantState state, TenantAsk ask, string message) =>
        Answer(SubmitOutcome.Conflict, state, ask, message, state.Operation?.Id ?? (state.LastError is null ? null : state.LastOperation?.Id));

    public static SubmitAnswer Gone(TenantState state, TenantAsk ask) =>
        Answer(
            SubmitOutcome.Gone,
            state,
            ask,
            ask.Verb == TenantVerb.Onboard
                ? $"The tenant was offboarded at revision {state.Revision}. To onboard it again, send a higher revision."
                : "The tenant is offboarded.");

    public static SubmitAnswer NotFound(TenantAsk ask) => Answer(SubmitOutcome.NotFound, null, ask, "The tenant does not exist.");

    public static SubmitAnswer Invalid(TenantState? state, TenantAsk ask, string message) => Answer(SubmitOutcome.Invalid, state, ask, message);

    private static SubmitAnswer Answer(
        SubmitOutcome outcome, TenantState? state, TenantAsk ask, string message, string? operationId = null, bool isWaiting = false) =>
        new(
            outcome,
            ask.TenantId,
            ask.Verb,
            ask.Revision,
            state?.Revision ?? 0,
            state?.Incarnation ?? 0,
            state?.Phase,
            operationId,
            isWaiting,
            message,
            operationId is not null && state?.LastOperation?.Id == operationId ? state.LastError : null,
            isWaiting && TakesOver(state, ask) ? state!.Operation!.Id : null);

    // A forced offboarding is for one that doesn't end. Both remove the same, so nothing is lost if the running one stops anywhere.
    private static bool TakesOver(TenantState? state, TenantAsk ask) =>
        ask.Verb == TenantVerb.ForceOffboard && state?.Operation is { Kind: TenantOperationKind.Offboard };
}
