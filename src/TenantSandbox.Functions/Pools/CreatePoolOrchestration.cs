using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Operations;

namespace TenantSandbox.Functions.Pools;

/// <summary>
/// Makes one agent pool. It alone looks at the pool meanwhile; tenants wait for its news. A pool that fails is deleted
/// before anybody is told, so that "failed" also means "gone".
/// </summary>
public static class CreatePoolOrchestration
{
    [Function(nameof(CreatePoolOrchestration))]
    public static async Task<PoolReport> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, PoolJob job)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(job);
        var progress = new Progress(context);
        progress.At("keep within ARM's write budget");
        await context.WaitUntilAsync(job.NotBefore);

        progress.At($"make agent pool {job.Pool.Name}");
        var failure = await Compensations.AttemptAsync(() => PoolLoops.MakeAsync(context, job.Pool, job.Timing, progress));

        var end = PoolOutcome.Ready;
        if (failure is not null)
        {
            progress.At($"delete agent pool {job.Pool.Name}, which failed");
            var stuck = await Compensations.AttemptAsync(() => PoolLoops.DeleteAsync(context, job.Pool, job.Timing, progress));
            end = stuck is null ? PoolOutcome.Gone : PoolOutcome.Stuck;
        }

        var report = new PoolReport(job.Pool.Name, end, failure, job.Timing, context.Now());
        await context.SettleAsync(job.Pool.ClusterId, report);
        progress.At("publish");
        await context.PublishPoolAsync(failure is null ? EventTypes.PoolCreated : EventTypes.PoolFailed, job.Pool, Lifecycle.Describe(failure));
        return report;
    }
}
