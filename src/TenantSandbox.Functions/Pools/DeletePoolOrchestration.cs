using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Pools;

/// <summary>Deletes one agent pool that has no reservation left, and reports to the orchestrations that wait for it.</summary>
public static class DeletePoolOrchestration
{
    [Function(nameof(DeletePoolOrchestration))]
    public static async Task<PoolReport> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, PoolOperationInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var progress = new OperationProgress(context);
        progress.BeginStep("wait for ARM's write budget");
        await context.WaitUntilAsync(input.NotBefore);

        progress.BeginStep($"delete agent pool {input.Pool.Name}");
        var failures = new PoolFailures();
        var error = await Saga.AttemptAsync(() => PoolPolling.DeleteAsync(context, input, failures, progress));

        progress.BeginStep("store the outcome");
        var outcome = error is null ? PoolOutcome.Gone : PoolOutcome.Stuck;
        var report = new PoolReport(input.Pool.Name, outcome, error, input.Timing, context.Now(), null, input.MustReadPods ? failures.Evidence : null);
        await context.SettleAsync(input.Pool.ClusterId, report);
        progress.BeginStep("publish the event");
        await context.PublishPoolAsync(error is null ? EventTypes.PoolDeleted : EventTypes.PoolFailed, input.Pool, EventPublishing.Describe(error));
        return report;
    }
}
