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
    /// <param name="instance">The operation's orchestration.</param>
    /// <param name="tenantId">Its tenant.</param>
    /// <param name="kind">The kind of operation.</param>
    /// <param name="waitedFor">The orchestration whose end it waits for (<see cref="FindWaitedForAsync"/>); null for none.</param>
    public static OperationView Of(OrchestrationMetadata instance, string tenantId, string kind, OrchestrationMetadata? waitedFor = null)
    {
        var error = ErrorOf(instance);
        var progress = ProgressOf(instance);
        return new OperationView(
            instance.InstanceId,
            kind,
            tenantId,
            StatusOf(instance.RuntimeStatus, error),
            progress?.Step,
            progress?.Since,
            WaitingForOf(progress, waitedFor),
            instance.CreatedAt,
            instance.LastUpdatedAt,
            error,
            ResultOf(instance) is { } result ? OutcomeOf(result) : null);
    }

    public static OperationView OfSubmission(OrchestrationMetadata submission, HttpRequest request)
    {
        var answer = Submissions.AnswerOf(submission);
        var error = answer switch
        {
            null when submission.RuntimeStatus == OrchestrationRuntimeStatus.Completed => null,
            null => ErrorOf(submission),
            { Outcome: SubmitOutcome.Accepted or SubmitOutcome.Duplicate or SubmitOutcome.Done } => null,
            _ => TenantError.Create(null, answer.Outcome.ToString(), answer.Message),
        };
        return new OperationView(
            submission.InstanceId,
            "submit",
            Submissions.TenantIdOf(submission),
            StatusOf(submission.RuntimeStatus, error),
            null,
            null,
            null,
            submission.CreatedAt,
            submission.LastUpdatedAt,
            error,
            Result: answer?.OperationId is { } operation ? ApiLinks.Operation(request, operation) : null);
    }

    /// <summary>An operation without an instance: it waits, never started, or was purged.</summary>
    /// <returns>Null when the tenant's state doesn't have the operation.</returns>
    public static OperationView? OfState(TenantState state, string id, string kind)
    {
        if (state.Operations.LastOrDefault(x => x.Id == id) is { EndedAt: { } endedAt } ended)
        {
            var status = StatusOf(OrchestrationRuntimeStatus.Completed, ended.Error);
            return new OperationView(id, kind, state.TenantId, status, null, null, null, ended.StartedAt, endedAt, ended.Error);
        }

        if (state.Commands.LastOrDefault(x => x.OperationId == id) is not { } command)
        {
            return null;
        }

        var isAccepted = command.Status == CommandStatus.Accepted;
        var acceptedAt = state.WaitingCommands.FirstOrDefault(x => x.CommandId == command.CommandId)?.AcceptedAt;
        return new OperationView(
            id,
            kind,
            state.TenantId,
            isAccepted ? OperationStatuses.Pending : OperationStatuses.Skipped,
            null,
            null,
            isAccepted && state.Operation is { } running && running.Id != id
                ? new WaitingForView($"operation {running.Id} to end", acceptedAt, running.Id, null)
                : null,
            acceptedAt ?? state.UpdatedAt,
            state.UpdatedAt,
            command.Note is null ? null : TenantError.Create(null, command.Status.ToString(), command.Note));
    }

    /// <summary>The progress of a running operation; null when it has ended or reported none.</summary>
    public static OperationStatus? ProgressOf(OrchestrationMetadata instance) =>
        instance.IsCompleted || instance.SerializedCustomStatus is null ? null : instance.ReadCustomStatusAs<OperationStatus>();

    /// <summary>The orchestration whose end an operation waits for, such as one that creates its agent pool; null for none.</summary>
    public static async Task<OrchestrationMetadata?> FindWaitedForAsync(
        DurableTaskClient client, OrchestrationMetadata? instance, CancellationToken cancellationToken) =>
        instance is not null && ProgressOf(instance)?.InstanceId is { } id
            ? await client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken)
            : null;

    /// <summary>What an operation waits for; of an orchestration also what that is doing, and the activity that it tries again.</summary>
    public static WaitingForView? WaitingForOf(OperationStatus? progress, OrchestrationMetadata? waitedFor)
    {
        if (progress?.WaitingFor is not { } text)
        {
            return null;
        }

        return waitedFor is not null && ProgressOf(waitedFor) is { } other
            ? new($"{text} ({other.Step}{(other.WaitingFor is { } reason ? $": {reason}" : "")})", progress.Since, null, other.Retry)
            : new(text, progress.Since, null, progress.Retry);
    }

    /// <summary>What an operation returned; null before its end.</summary>
    public static OperationResult? ResultOf(OrchestrationMetadata instance) =>
        instance is { RuntimeStatus: OrchestrationRuntimeStatus.Completed, SerializedOutput: not null } ? instance.ReadOutputAs<OperationResult>() : null;

    /// <summary>The status of an operation that has ended in an instance, or not yet.</summary>
    public static string StatusOf(OrchestrationMetadata instance) => StatusOf(instance.RuntimeStatus, ErrorOf(instance));

    // An operation that failed and compensated has completed, with the error in its output.
    public static TenantError? ErrorOf(OrchestrationMetadata instance) => instance.RuntimeStatus switch
    {
        OrchestrationRuntimeStatus.Failed when (instance.FailureDetails ?? FailureText.Read(instance.SerializedOutput)) is { } failure =>
            FailureMapping.ToError(failure),
        OrchestrationRuntimeStatus.Failed => TenantError.Create(null, "Failed", "The operation failed."),
        _ => ResultOf(instance)?.Error,
    };

    public static string StatusOf(OrchestrationRuntimeStatus status, TenantError? error) => status switch
    {
        OrchestrationRuntimeStatus.Pending => OperationStatuses.Pending,
        OrchestrationRuntimeStatus.Suspended => OperationStatuses.Suspended,
        OrchestrationRuntimeStatus.Completed => error switch
        {
            null => OperationStatuses.Succeeded,
            { Code: OperationControl.CanceledCode } => OperationStatuses.Canceled,
            _ => OperationStatuses.Failed,
        },
        OrchestrationRuntimeStatus.Failed => OperationStatuses.Failed,
        OrchestrationRuntimeStatus.Terminated => OperationStatuses.Canceled,
        _ => OperationStatuses.Running,
    };

    private static OperationOutcomeView OutcomeOf(OperationResult result) => new(
        result.Clean,
        PlacementView.Of(result.Placement),
        [.. (result.Leftovers ?? []).Select(LeftoverView.Of)],
        result.Receipt,
        result.Skipped ?? [],
        result.Evidence ?? [],
        result.EventPublished);
}
