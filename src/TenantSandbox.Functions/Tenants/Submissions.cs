using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Telemetry;

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
    public static Task<SubmissionStart> StartAsync(
        DurableTaskClient client, RequestIdentity identity, TenantRequest request, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(request);
        ActivityTelemetry.TagTenant(request.TenantId);
        return StartAsync(
            client, nameof(SubmitRequestOrchestration), identity.ToInstanceId(), new SubmitInput(identity, request, receivedAt), request.Kind.ToWireName(), request.ContentHash, cancellationToken);
    }

    /// <summary>Submits a command of an operator; calls with the same command id submit it once.</summary>
    public static Task<SubmissionStart> StartAsync(DurableTaskClient client, OperatorCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        ActivityTelemetry.TagTenant(command.TenantId);
        return StartAsync(client, nameof(ActOrchestration), command.CommandId, command, command.Verb.ToWireName(), command.ContentHash, cancellationToken);
    }

    /// <summary>Whether an instance is a submission.</summary>
    public static bool Is(OrchestrationMetadata instance) => instance.Name is nameof(SubmitRequestOrchestration) or nameof(ActOrchestration);

    /// <summary>The tenant that a submission is about; null when the instance was read without its input.</summary>
    public static string? TenantIdOf(OrchestrationMetadata instance) => instance switch
    {
        { SerializedInput: null } => null,
        { Name: nameof(ActOrchestration) } => instance.ReadInputAs<OperatorCommand>()?.TenantId,
        _ => instance.ReadInputAs<SubmitInput>()?.Request.TenantId,
    };

    /// <summary>The tenant's answer; null while there is none, or when the submission failed.</summary>
    public static SubmitAnswer? AnswerOf(OrchestrationMetadata instance) =>
        instance is { RuntimeStatus: OrchestrationRuntimeStatus.Completed, SerializedOutput: not null } ? instance.ReadOutputAs<SubmitAnswer>() : null;

    private static async Task<SubmissionStart> StartAsync(
        DurableTaskClient client, string orchestration, string instanceId, object input, string kind, string? contentHash, CancellationToken cancellationToken)
    {
        var start = await StartAsync(client, orchestration, instanceId, input, contentHash, cancellationToken);
        SandboxMetrics.Requests.Add(1, SandboxMetrics.Label("kind", kind), SandboxMetrics.Label("outcome", start.IsReused ? "reused" : "submitted"));
        return start;
    }

    private static async Task<SubmissionStart> StartAsync(
        DurableTaskClient client, string orchestration, string instanceId, object input, string? contentHash, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        while (true)
        {
            try
            {
                await client.ScheduleNewOrchestrationInstanceAsync(
                    orchestration, input, new StartOrchestrationOptions(instanceId).WithDedupeStatuses(DedupeStatuses), cancellationToken);
                return new(instanceId, IsReused: false);
            }
            catch (OrchestrationAlreadyExistsException)
            {
                if (await client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, cancellationToken) is { } existing)
                {
                    return new(instanceId, existing.Name != orchestration || ContentHashOf(existing) != contentHash);
                }

                // Purged since: the request has to be started after all.
            }
        }
    }

    private static string? ContentHashOf(OrchestrationMetadata instance) => instance.Name == nameof(ActOrchestration)
        ? instance.ReadInputAs<OperatorCommand>()?.ContentHash
        : instance.ReadInputAs<SubmitInput>()?.Request.ContentHash;
}

/// <summary>The submission of a request or a command.</summary>
/// <param name="InstanceId">Instance id of the orchestration whose output is the <see cref="SubmitAnswer"/>.</param>
/// <param name="IsReused">
/// True when another request was submitted under this identity before; the new one was not submitted then. A request whose instance was
/// purged is not recognized here: the tenant decides by its revision.
/// </param>
internal sealed record SubmissionStart(string InstanceId, bool IsReused);
