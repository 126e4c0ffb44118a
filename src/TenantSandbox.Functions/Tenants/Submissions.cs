using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tenants;

/// <summary>Starts and reads the orchestrations that submit requests to tenants.</summary>
internal static class Submissions
{
    /// <summary>
    /// A request whose submission has one of these statuses is not submitted again. One whose submission failed or was
    /// terminated is; the tenant then decides by its own records. Without dedupe statuses, a start would replace a running
    /// instance of the same id.
    /// </summary>
    private static readonly OrchestrationRuntimeStatus[] DedupeStatuses =
    [
        OrchestrationRuntimeStatus.Pending,
        OrchestrationRuntimeStatus.Running,
        OrchestrationRuntimeStatus.Suspended,
        OrchestrationRuntimeStatus.Completed,
    ];

    /// <summary>Submits a request; calls with the same identity submit it once.</summary>
    public static async Task<SubmissionStart> StartAsync(
        DurableTaskClient client, RequestIdentity identity, TenantRequest request, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(request);
        var instanceId = identity.ToInstanceId();
        while (true)
        {
            try
            {
                await client.ScheduleNewOrchestrationInstanceAsync(
                    nameof(SubmitRequestOrchestration),
                    new SubmitInput(identity, request, receivedAt),
                    new StartOrchestrationOptions(instanceId).WithDedupeStatuses(DedupeStatuses),
                    cancellationToken);
                return new(instanceId, null);
            }
            catch (OrchestrationAlreadyExistsException)
            {
                if (await client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, cancellationToken) is { } existing)
                {
                    return new(instanceId, RequestOf(existing) is { } submitted && submitted.ContentHash != request.ContentHash ? submitted : null);
                }

                // Purged since: the request has to be started after all.
            }
        }
    }

    /// <summary>Submits a command of an operator; calls with the same command id submit it once.</summary>
    /// <returns>Instance id of the orchestration whose output is the <see cref="SubmitAnswer"/>.</returns>
    public static async Task<string> ActAsync(DurableTaskClient client, OperatorCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(command);
        var instanceId = new RequestIdentity("operator", command.CommandId).ToInstanceId();
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(ActOrchestration), command, new StartOrchestrationOptions(instanceId).WithDedupeStatuses(DedupeStatuses), cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // It was submitted before; that instance has the answer.
        }

        return instanceId;
    }

    /// <summary>Whether an instance is the submission of a request or of a command.</summary>
    public static bool Is(OrchestrationMetadata instance) => instance.Name is nameof(SubmitRequestOrchestration) or nameof(ActOrchestration);

    /// <summary>The submitted request; null when the instance was read without its input.</summary>
    public static TenantRequest? RequestOf(OrchestrationMetadata instance) =>
        instance.SerializedInput is null || instance.Name != nameof(SubmitRequestOrchestration) ? null : instance.ReadInputAs<SubmitInput>()?.Request;

    /// <summary>The tenant's answer; null while there is none, or when the submission failed.</summary>
    public static SubmitAnswer? AnswerOf(OrchestrationMetadata instance) =>
        instance is { RuntimeStatus: OrchestrationRuntimeStatus.Completed, SerializedOutput: not null } ? instance.ReadOutputAs<SubmitAnswer>() : null;
}

/// <summary>The submission of a request.</summary>
/// <param name="InstanceId">Instance id of the orchestration whose output is the <see cref="SubmitAnswer"/>.</param>
/// <param name="Other">
/// The request that was submitted under this identity before, if its content is different; the new one was not submitted then.
/// Null otherwise. A request whose instance was purged is not recognized here: the tenant decides by its revision.
/// </param>
internal sealed record SubmissionStart(string InstanceId, TenantRequest? Other)
{
    public bool IsReused => Other is not null;
}
