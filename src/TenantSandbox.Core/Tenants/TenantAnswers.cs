using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>Builds the answers to requests. Each message says what happened and what to do about it.</summary>
internal static class TenantAnswers
{
    public static SubmitAnswer Accepted(TenantState state, TenantRequest request, long revision, string operationId)
    {
        var isWaiting = state.WaitingCommands.Any(w => w.Revision == revision);
        return Answer(
            SubmitOutcome.Accepted,
            state,
            request with { Revision = revision },
            isWaiting ? $"Accepted. It starts when '{state.Operation?.Id}' ends." : "Accepted.",
            operationId,
            isWaiting);
    }

    public static SubmitAnswer SameCommand(TenantState state, TenantRequest request, CommandRecord record) =>
        Duplicate(state, request with { Revision = record.Revision }, record.OperationId, record);

    public static SubmitAnswer SameRequest(TenantState state, TenantRequest request, string? operationId) =>
        Duplicate(state, request, operationId, state.Commands.LastOrDefault(c => c.Revision == request.Revision));

    public static SubmitAnswer Stale(TenantState state, TenantRequest request) =>
        Answer(
            SubmitOutcome.Stale,
            state,
            request,
            $"Revision {request.Revision} is lower than the current revision {state.Revision}. Nothing was changed.");

    public static SubmitAnswer OtherContent(TenantState state, TenantRequest request) =>
        Answer(
            SubmitOutcome.Conflict,
            state,
            request,
            $"Revision {request.Revision} was already accepted with different content. Send changes with a higher revision.",
            state.LatestOperationId());

    public static SubmitAnswer AlreadyOnboarded(TenantState state, TenantRequest request) =>
        Answer(
            SubmitOutcome.Conflict,
            state,
            request,
            "The tenant is already onboarded. Changing it needs an update, which this version does not support: offboard it first.",
            state.Operation?.Id);

    public static SubmitAnswer TeardownFailed(TenantState state, TenantRequest request) =>
        Answer(
            SubmitOutcome.Conflict,
            state,
            request,
            "The tenant's last teardown failed, so resources may be left over. Send another offboard request first.",
            state.LastOperation?.Id);

    public static SubmitAnswer Gone(TenantState state, TenantRequest request) =>
        Answer(
            SubmitOutcome.Gone,
            state,
            request,
            request.Kind == TenantRequestKind.Offboard
                ? "The tenant is offboarded."
                : $"The tenant was offboarded at revision {state.Revision}. To onboard it again, send a higher revision.");

    public static SubmitAnswer NotFound(TenantRequest request) =>
        Answer(SubmitOutcome.NotFound, null, request, "The tenant does not exist.");

    public static SubmitAnswer NotSupported(TenantState? state, TenantRequest request) =>
        Answer(SubmitOutcome.Invalid, state, request, $"'{request.Kind.ToWireName()}' is not supported by this version. Nothing was changed.");

    public static SubmitAnswer Malformed(TenantState? state, TenantRequest request) =>
        Answer(SubmitOutcome.Invalid, state, request, $"'{request.Kind.ToWireName()}' requires a revision of 1 or higher and a spec. Nothing was changed.");

    private static SubmitAnswer Duplicate(TenantState state, TenantRequest request, string? operationId, CommandRecord? record) =>
        Answer(
            SubmitOutcome.Duplicate,
            state,
            request,
            record is { Note: { } note } ? $"Already accepted, but {(record.Status == CommandStatus.Superseded ? "superseded" : "dropped")}. {note}" : "Already accepted.",
            operationId,
            record is not null && state.WaitingCommands.Any(w => w.CommandId == record.CommandId));

    private static SubmitAnswer Answer(
        SubmitOutcome outcome, TenantState? state, TenantRequest request, string message, string? operationId = null, bool isWaiting = false) =>
        new(
            outcome,
            request.TenantId,
            request.Kind,
            request.Revision,
            state?.Revision ?? 0,
            state?.Incarnation ?? 0,
            state?.Phase,
            operationId,
            isWaiting,
            message,
            operationId is not null && state?.LastOperation?.Id == operationId ? state.LastError : null);
}
