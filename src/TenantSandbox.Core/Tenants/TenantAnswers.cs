using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>The answers to requests, in words that say what to do.</summary>
internal static class TenantAnswers
{
    public static SubmitAnswer Accepted(TenantState state, TenantRequest request, long revision, string operationId)
    {
        var waits = state.WaitingCommands.Any(w => w.Revision == revision);
        return Answer(
            SubmitOutcome.Accepted,
            state,
            request with { Revision = revision },
            waits ? $"Accepted; it waits for '{state.Operation?.Id}' to end." : "Accepted.",
            operationId,
            waits);
    }

    public static SubmitAnswer Seen(TenantState state, TenantRequest request, CommandRecord seen) =>
        Repeated(state, request with { Revision = seen.Revision }, seen.OperationId, seen);

    public static SubmitAnswer Same(TenantState state, TenantRequest request, string? operationId) =>
        Repeated(state, request, operationId, state.Commands.LastOrDefault(c => c.Revision == request.Revision));

    public static SubmitAnswer Stale(TenantState state, TenantRequest request) =>
        Answer(SubmitOutcome.Stale, state, request, $"Revision {request.Revision} is older than {state.Revision}, which was accepted before. Nothing was changed.");

    public static SubmitAnswer OtherContent(TenantState state, TenantRequest request) =>
        Answer(
            SubmitOutcome.Conflict,
            state,
            request,
            $"Revision {request.Revision} was accepted before with other content. Send a change with a higher revision.",
            state.LatestOperationId());

    public static SubmitAnswer AlreadyLive(TenantState state, TenantRequest request) =>
        Answer(
            SubmitOutcome.Conflict,
            state,
            request,
            "The tenant is onboarded already. A change of it is an update, which this version does not offer yet: offboard it first.",
            state.Operation?.Id);

    public static SubmitAnswer LeftOver(TenantState state, TenantRequest request) =>
        Answer(
            SubmitOutcome.Conflict,
            state,
            request,
            "The tenant's last teardown did not finish, so something of it may be left. Offboard it again first.",
            state.LastOperation?.Id);

    public static SubmitAnswer Gone(TenantState state, TenantRequest request) =>
        Answer(
            SubmitOutcome.Gone,
            state,
            request,
            request.Kind == TenantRequestKind.Offboard
                ? "The tenant is offboarded."
                : $"The tenant was offboarded at revision {state.Revision}. Only an onboarding with a higher revision begins its next life.");

    public static SubmitAnswer Unknown(TenantRequest request) =>
        Answer(SubmitOutcome.NotFound, null, request, "There is no such tenant.");

    public static SubmitAnswer NotOffered(TenantState? state, TenantRequest request) =>
        Answer(SubmitOutcome.Invalid, state, request, $"'{request.Kind.ToWireName()}' is not offered yet by this version. Nothing was changed.");

    public static SubmitAnswer Malformed(TenantState? state, TenantRequest request) =>
        Answer(SubmitOutcome.Invalid, state, request, $"'{request.Kind.ToWireName()}' needs a revision of 1 or more and a spec. Nothing was changed.");

    private static SubmitAnswer Repeated(TenantState state, TenantRequest request, string? operationId, CommandRecord? record) =>
        Answer(
            SubmitOutcome.Duplicate,
            state,
            request,
            record is { Note: { } note } ? $"It was accepted before, but was {(record.Status == CommandStatus.Superseded ? "superseded" : "dropped")}. {note}" : "It was accepted before.",
            operationId,
            record is not null && state.WaitingCommands.Any(w => w.CommandId == record.CommandId));

    private static SubmitAnswer Answer(
        SubmitOutcome outcome, TenantState? state, TenantRequest request, string message, string? operationId = null, bool waiting = false) =>
        new(
            outcome,
            request.TenantId,
            request.Kind,
            request.Revision,
            state?.Revision ?? 0,
            state?.Incarnation ?? 0,
            state?.Phase,
            operationId,
            waiting,
            message,
            operationId is not null && state?.LastOperation?.Id == operationId ? state.LastError : null);
}
