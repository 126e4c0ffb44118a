using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>Creates <see cref="OperationView"/>s.</summary>
internal static class OperationViews
{
    public static OperationView Of(OrchestrationMetadata instance, string tenantId, string kind)
    {
        var error = ErrorOf(instance);
        var status = StatusOf(instance.RuntimeStatus, error);
        var progress = instance.IsCompleted || instance.SerializedCustomStatus is null ? null : instance.ReadCustomStatusAs<OperationStatus>();
        return new OperationView(
            instance.InstanceId,
            kind,
            tenantId,
            status,
            progress?.Step,
            progress?.WaitingFor,
            progress?.Since,
            instance.CreatedAt,
            instance.LastUpdatedAt,
            error);
    }

    public static OperationView OfSubmission(OrchestrationMetadata submission, HttpRequest request)
    {
        var answer = Submissions.AnswerOf(submission);
        var error = answer switch
        {
            null when submission.RuntimeStatus == OrchestrationRuntimeStatus.Completed => null,
            null => ErrorOf(submission),
            { Outcome: SubmitOutcome.Accepted or SubmitOutcome.Duplicate } => null,
            _ => TenantError.Create(null, answer.Outcome.ToString(), answer.Message),
        };
        return new OperationView(
            submission.InstanceId,
            "submit",
            Submissions.RequestOf(submission)?.TenantId,
            StatusOf(submission.RuntimeStatus, error),
            null,
            null,
            null,
            submission.CreatedAt,
            submission.LastUpdatedAt,
            error,
            answer?.OperationId is { } operation ? ApiLinks.Operation(request, operation) : null);
    }

    /// <returns>Null when the tenant's state doesn't have the operation.</returns>
    public static OperationView? OfWaiting(TenantState state, string id, string kind)
    {
        if (state.Commands.LastOrDefault(x => x.OperationId == id) is not { } command)
        {
            return null;
        }

        var acceptedAt = state.WaitingCommands.FirstOrDefault(x => x.CommandId == command.CommandId)?.AcceptedAt;
        return new OperationView(
            id,
            kind,
            state.TenantId,
            command.Status == CommandStatus.Accepted ? OperationStatuses.Pending : OperationStatuses.Skipped,
            null,
            command.Status == CommandStatus.Accepted ? state.Operation?.Id : null,
            acceptedAt,
            acceptedAt ?? state.UpdatedAt,
            state.UpdatedAt,
            command.Note is null ? null : TenantError.Create(null, command.Status.ToString(), command.Note));
    }

    private static string StatusOf(OrchestrationRuntimeStatus status, TenantError? error) => status switch
    {
        OrchestrationRuntimeStatus.Pending => OperationStatuses.Pending,
        OrchestrationRuntimeStatus.Suspended => OperationStatuses.Suspended,
        OrchestrationRuntimeStatus.Completed => error is null ? OperationStatuses.Succeeded : OperationStatuses.Failed,
        OrchestrationRuntimeStatus.Failed => OperationStatuses.Failed,
        OrchestrationRuntimeStatus.Terminated => OperationStatuses.Canceled,
        _ => OperationStatuses.Running,
    };

    // An operation that failed and compensated has completed, with the error in its output.
    private static TenantError? ErrorOf(OrchestrationMetadata instance) => instance.RuntimeStatus switch
    {
        OrchestrationRuntimeStatus.Failed when (instance.FailureDetails ?? FailureText.Read(instance.SerializedOutput)) is { } failure =>
            FailureMapping.ToError(failure),
        OrchestrationRuntimeStatus.Failed => TenantError.Create(null, "Failed", "The operation failed."),
        OrchestrationRuntimeStatus.Completed when instance.SerializedOutput is not null => instance.ReadOutputAs<OperationResult>()?.Error,
        _ => null,
    };
}
