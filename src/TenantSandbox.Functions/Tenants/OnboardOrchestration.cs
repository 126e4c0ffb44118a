using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// Puts a tenant up, as a saga: room, namespace with guardrails, workloads, all seen available. On failure everything is
/// undone, last step first, before anybody is told.
/// </summary>
public static class OnboardOrchestration
{
    [Function(nameof(OnboardOrchestration))]
    public static async Task<OperationResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, OnboardInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var progress = new Progress(context);
        var undo = new Compensations(progress);
        TenantPlacement? place = null;

        var error = await Compensations.AttemptAsync(async () =>
        {
            var pool = await Placing.FindAsync(context, input, undo, progress, trying => place = trying);
            await PutUpAsync(context, input, place!, pool, undo, progress);
        });

        var leftOver = error is null ? null : await undo.RunAsync();
        if (error is not null && leftOver is not null)
        {
            error = TenantError.Create(error.ErrorClass, error.Code, $"{error.Message} Undoing it failed too: {leftOver.Message}");
        }

        var clean = leftOver is null;
        progress.At("report");
        place = error is null || !clean ? place : null;
        await context.ReportAsync(input.TenantId, new(context.InstanceId, clean, place, error, null, context.Now()));
        progress.At("publish");
        var published = error is null
            ? await context.PublishTenantAsync(
                EventTypes.TenantReady, input.TenantId, input.Incarnation, input.Revision, ("clusterId", place!.ClusterId), ("pool", place.PoolName))
            : await context.PublishTenantAsync(
                EventTypes.TenantFailed, input.TenantId, input.Incarnation, input.Revision, [("operation", "onboard"), ("clean", clean ? "true" : "false"), .. Lifecycle.Describe(error)]);
        return new(error is null, clean, place, error, null, published);
    }

    private static async Task PutUpAsync(
        TaskOrchestrationContext context, OnboardInput input, TenantPlacement place, PoolRef pool, Compensations undo, Progress progress)
    {
        var tenant = new PlacedTenant(
            input.TenantId, input.Incarnation, input.Revision, place.ClusterId, pool.Name, pool.Template.SizeClasses, input.Spec);
        var home = new TenantNamespaceRef(input.TenantId, input.Incarnation, place.ClusterId);

        progress.At("apply the namespace and its guardrails");
        undo.Register("delete the namespace", () => Teardown.DeleteNamespaceAsync(context, home, place.Timing, progress));
        await context.ApplyNamespaceAsync(tenant);

        progress.At("apply the workloads");
        undo.Register("delete the workloads", () => context.DeleteWorkloadsAsync(home));
        await context.ApplyWorkloadsAsync(tenant);

        progress.At("wait for the rollout");
        await SeeAvailableAsync(context, tenant, place.Timing, progress);
    }

    private static async Task SeeAvailableAsync(TaskOrchestrationContext context, PlacedTenant tenant, OperationTiming timing, Progress progress)
    {
        var deadline = context.Now().AddSeconds(timing.RolloutSeconds);
        var pauses = new Pauses(context, timing);
        var seen = await context.WatchRolloutAsync(tenant);
        while (seen.Condition == RolloutCondition.Progressing)
        {
            if (context.Now() >= deadline)
            {
                throw new StepFailedException(ErrorClass.Transient, "RolloutTimeout", $"The workloads were not available after {timing.RolloutSeconds} s: {seen.Detail}");
            }

            progress.WaitsFor(seen.Detail);
            await pauses.WaitAsync();
            seen = await context.WatchRolloutAsync(tenant);
        }

        if (seen.Condition == RolloutCondition.Failed)
        {
            throw new StepFailedException(ErrorClass.Invalid, "RolloutFailed", seen.Detail);
        }
    }
}
