using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Tenants;

/// <summary>Finds a tenant its place: asks one cluster after the other for room, and waits for the pool if it has to be made.</summary>
internal static class Placing
{
    /// <summary>A pool that is ready and has room for the tenant.</summary>
    /// <param name="onTrying">Called with each place before it is asked: something may be left there if undoing fails.</param>
    /// <exception cref="StepFailedException">No cluster has room, or a pool failed for a reason that another cluster doesn't change.</exception>
    public static async Task<PoolRef> FindAsync(
        TaskOrchestrationContext context, OnboardInput input, Compensations undo, Progress progress, Action<TenantPlacement> onTrying)
    {
        progress.At("select clusters");
        var candidates = await context.SelectClustersAsync(new(input.Spec.Cluster, input.Spec.Region));
        var refusals = new List<TenantError>();
        foreach (var cluster in candidates.Clusters)
        {
            progress.At($"reserve room on cluster {cluster.ClusterId}");
            var place = new TenantPlacement(cluster.ClusterId, cluster.Region, null, cluster.Timing);
            onTrying(place);
            undo.Register("give the room free", () => Teardown.ReleaseAsync(context, input.TenantId, input.Incarnation, place, progress));
            var answer = await context.ReserveAsync(cluster.ClusterId, RequestOf(context, input, cluster));
            onTrying(place = place with { PoolName = answer.Pool?.Name });
            var error = answer.Outcome == ReserveOutcome.Wait ? await WaitAsync(context, answer, cluster.Timing, progress) : answer.Error;
            if (error is null)
            {
                return answer.Pool!;
            }

            refusals.Add(error);
            if (answer.Outcome == ReserveOutcome.Wait && error.ErrorClass != ErrorClass.Capacity)
            {
                break;
            }
        }

        throw new StepFailedException(refusals switch
        {
            [] => TenantError.Create(ErrorClass.Invalid, "NoCluster", "No configured cluster fits the request."),
            [var only] => only,
            _ => TenantError.Create(refusals[^1].ErrorClass, refusals[^1].Code, string.Join(" ", refusals.Select(r => r.Message))),
        });
    }

    private static async Task<TenantError?> WaitAsync(
        TaskOrchestrationContext context, ReserveAnswer answer, OperationTiming timing, Progress progress)
    {
        var pool = answer.Pool!;
        progress.At("wait for the agent pool");
        progress.WaitsFor($"agent pool {pool.Name} of cluster {pool.ClusterId} to be made. {answer.Reason}");
        var budget = answer.NotBefore is { } notBefore && notBefore > context.Now() ? notBefore - context.Now() : TimeSpan.Zero;
        var report = await context.WaitForPoolAsync(pool, budget + PoolLoops.Patience(timing));
        return report switch
        {
            null => TenantError.Create(ErrorClass.Transient, "PoolWaitTimeout", $"Nothing was heard of agent pool '{pool.Name}' in time."),
            { Outcome: PoolOutcome.Ready } => null,
            _ => report.Error ?? TenantError.Create(ErrorClass.Transient, "PoolGone", $"Agent pool '{pool.Name}' went away."),
        };
    }

    private static ReserveRequest RequestOf(TaskOrchestrationContext context, OnboardInput input, ClusterTarget cluster) => new(
        input.TenantId,
        input.Incarnation,
        input.Spec.Tier,
        [.. input.Spec.Workloads.Select(w => new PodGroup(w.Name, w.Replicas, w.CpuMillis, w.MemoryMiB))],
        cluster.PoolTemplate,
        cluster.Timing,
        context.InstanceId,
        context.Now());
}
