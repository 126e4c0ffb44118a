using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// Provisions a tenant as a saga: reservation, namespace with guardrails, workloads, rollout. On failure the completed steps
/// are undone, last first, before the outcome is reported.
/// </summary>
public static class OnboardOrchestration
{
    [Function(nameof(OnboardOrchestration))]
    public static async Task<OperationResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, OnboardInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var progress = new OperationProgress(context);
        var saga = new Saga(progress);
        var attempts = new PlacementAttempts();

        var error = await Saga.AttemptAsync(async () =>
        {
            var reserved = await PoolReservation.ReserveAsync(context, RequestOf(input), saga, progress, attempts);
            await ProvisionAsync(context, input, reserved.Placement, reserved.Pool, saga, progress);
        });

        var compensationError = error is null ? null : await saga.CompensateAsync();
        if (error is not null && compensationError is not null)
        {
            error = TenantError.Create(error.ErrorClass, error.Code, $"{error.Message} Undoing it failed too: {compensationError.Message}");
        }

        var isClean = compensationError is null;
        var placement = error is null || !isClean ? (attempts.Open is [.., var last] ? last : null) : null;
        progress.BeginStep("store the outcome");
        await context.CompleteAsync(input.TenantId, new(context.InstanceId, isClean, placement, error, null, context.Now()));
        progress.BeginStep("publish the event");
        var published = error is null
            ? await context.PublishTenantAsync(
                EventTypes.TenantReady, input.TenantId, input.Incarnation, input.Revision, ("clusterId", placement!.ClusterId), ("pool", placement.PoolName))
            : await context.PublishTenantAsync(
                EventTypes.TenantFailed, input.TenantId, input.Incarnation, input.Revision, [("operation", "onboard"), ("clean", isClean ? "true" : "false"), .. EventPublishing.Describe(error)]);
        return new(error is null, isClean, placement, error, null, published);
    }

    private static async Task ProvisionAsync(
        TaskOrchestrationContext context, OnboardInput input, TenantPlacement placement, PoolRef pool, Saga saga, OperationProgress progress)
    {
        var tenant = new PlacedTenant(
            input.TenantId, input.Incarnation, input.Revision, placement.ClusterId, pool.Name, pool.Template.SizeClasses, SpecHash: null, input.Spec);
        var tenantNamespace = new TenantNamespaceRef(input.TenantId, input.Incarnation, placement.ClusterId);

        progress.BeginStep("apply the namespace and its guardrails");
        saga.Register("delete the namespace", () => Deprovisioning.DeleteNamespaceAsync(context, tenantNamespace, placement.Timing, progress));
        await context.ApplyNamespaceAsync(tenant);

        progress.BeginStep("apply the workloads");
        saga.Register("delete the workloads", () => context.DeleteWorkloadsAsync(tenantNamespace));
        await context.ApplyWorkloadsAsync(tenant);

        progress.BeginStep("wait for the rollout");
        await WaitForRolloutAsync(context, tenant, placement.Timing, progress);
    }

    private static ReservationRequest RequestOf(OnboardInput input) => new(
        input.TenantId,
        input.Incarnation,
        0,
        input.Spec.Tier,
        [.. input.Spec.Workloads.Select(w => new PodGroup(w.Name, w.Replicas, w.CpuMillis, w.MemoryMiB))],
        input.Spec.Cluster,
        input.Spec.Region);

    private static async Task WaitForRolloutAsync(TaskOrchestrationContext context, PlacedTenant tenant, OperationTiming timing, OperationProgress progress)
    {
        var deadline = context.Now().AddSeconds(timing.RolloutSeconds);
        var delay = new PollingDelay(context, timing);
        var observed = await context.WatchRolloutAsync(tenant);
        while (observed.Condition == RolloutCondition.Progressing)
        {
            if (context.Now() >= deadline)
            {
                throw new StepFailedException(
                    ErrorClass.Transient, "RolloutTimeout", $"The workloads were not available after {timing.RolloutSeconds} s: {observed.Detail}");
            }

            progress.ReportWaiting(observed.Detail);
            await delay.WaitAsync();
            observed = await context.WatchRolloutAsync(tenant);
        }

        if (observed.Condition == RolloutCondition.Failed)
        {
            throw new StepFailedException(observed.ErrorClass ?? ErrorClass.Invalid, observed.Code ?? "RolloutFailed", observed.Detail);
        }
    }
}

/// <summary>Input of an onboarding.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">The incarnation that begins.</param>
/// <param name="Revision">The revision to provision.</param>
/// <param name="Spec">The desired state.</param>
/// <param name="StartedAt">When the tenant started the operation.</param>
public sealed record OnboardInput(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("spec")] TenantSpec Spec,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt);
