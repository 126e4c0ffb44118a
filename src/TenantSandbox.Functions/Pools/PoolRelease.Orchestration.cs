using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Pools;

/// <summary>Releases reservations, and waits until the pools are deleted whose last reservation that was.</summary>
internal static class PoolRelease
{
    /// <summary>Releases what the request names and waits for the deletions.</summary>
    /// <exception cref="StepFailedException">A pool could not be deleted, or not in time. All other deletions were waited for.</exception>
    public static async Task<ReleaseAnswer> ReleaseAsync(
        TaskOrchestrationContext context, string clusterId, ReleaseRequest request, OperationProgress progress)
    {
        var answer = await context.ReleaseAsync(clusterId, request);
        var errors = new List<TenantError>();
        foreach (var released in answer.All)
        {
            if (released is { IsPoolBeingDeleted: true, Pool: { } pool } && await WaitAsync(context, pool, released, request.Timing, progress) is { } error)
            {
                errors.Add(error);
            }
        }

        return errors switch
        {
            [] => answer,
            [var only] => throw new StepFailedException(only),
            _ => throw new StepFailedException(TenantError.Create(errors[0].ErrorClass, errors[0].Code, string.Join(" ", errors.Select(e => e.Message)))),
        };
    }

    private static async Task<TenantError?> WaitAsync(
        TaskOrchestrationContext context, PoolRef pool, ReleaseAnswer released, OperationTiming timing, OperationProgress progress)
    {
        progress.ReportWaiting($"agent pool {pool.Name} of cluster {pool.ClusterId} is being deleted", released.OperationId);
        var deadline = context.Now() + PoolPolling.ReportTimeout(timing, released.NotBefore, context.Now());
        PoolReport? report;
        do
        {
            // A report "ready" is about the pool's creation: it was sent before the release.
            report = deadline > context.Now() ? await context.WaitForPoolAsync(pool, deadline - context.Now(), progress) : null;
        }
        while (report is { Outcome: PoolOutcome.Ready });

        return report switch
        {
            { IsGone: true } => null,
            { Error: { } error } => error,
            _ => TenantError.Create(ErrorClass.Transient, "PoolWaitTimeout", $"Agent pool '{pool.Name}' was not reported as deleted in time."),
        };
    }
}
