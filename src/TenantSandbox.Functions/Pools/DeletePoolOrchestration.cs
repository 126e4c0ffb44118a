using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Operations;

namespace TenantSandbox.Functions.Pools;

/// <summary>Deletes one agent pool that nobody has room in any more, and tells who waits for that.</summary>
public static class DeletePoolOrchestration
{
    [Function(nameof(DeletePoolOrchestration))]
    public static async Task<PoolReport> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, PoolJob job)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(job);
        var progress = new Progress(context);
        progress.At("keep within ARM's write budget");
        await context.WaitUntilAsync(job.NotBefore);

        progress.At($"delete agent pool {job.Pool.Name}");
        var stuck = await Compensations.AttemptAsync(() => PoolLoops.DeleteAsync(context, job.Pool, job.Timing, progress));

        var report = new PoolReport(job.Pool.Name, stuck is null ? PoolOutcome.Gone : PoolOutcome.Stuck, stuck, job.Timing, context.Now());
        await context.SettleAsync(job.Pool.ClusterId, report);
        progress.At("publish");
        await context.PublishPoolAsync(stuck is null ? EventTypes.PoolDeleted : EventTypes.PoolFailed, job.Pool, Lifecycle.Describe(stuck));
        return report;
    }
}
