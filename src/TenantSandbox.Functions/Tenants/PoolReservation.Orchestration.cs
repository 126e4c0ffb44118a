using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Tenants;

/// <summary>Reserves capacity for a tenant: tries the clusters in order, and waits for the pool if it has to be created.</summary>
internal static class PoolReservation
{
    /// <summary>Reserves capacity in a pool and waits until the pool is ready.</summary>
    /// <param name="onAttempt">Called with the placement before each cluster is tried: something may be left there if compensation fails.</param>
    /// <exception cref="StepFailedException">No cluster has capacity, or a pool failed for a reason that another cluster doesn't change.</exception>
    public static async Task<PoolRef> ReserveAsync(
        TaskOrchestrationContext context, OnboardInput input, Saga saga, OperationProgress progress, Action<TenantPlacement> onAttempt)
    {
        progress.BeginStep("select clusters");
        var candidates = await context.SelectClustersAsync(new(input.Spec.Cluster, input.Spec.Region));
        var errors = new List<TenantError>();
        foreach (var cluster in candidates.Clusters)
        {
            progress.BeginStep($"reserve capacity on cluster {cluster.ClusterId}");
            var placement = new TenantPlacement(cluster.ClusterId, cluster.Region, null, cluster.Timing);
            onAttempt(placement);
            saga.Register("release the reservation", () => Deprovisioning.ReleaseAsync(context, input.TenantId, input.Incarnation, placement, progress));
            var answer = await context.ReserveAsync(cluster.ClusterId, RequestOf(context, input, cluster));
            onAttempt(placement = placement with { PoolName = answer.Pool?.Name });
            var error = answer.Outcome == ReserveOutcome.Wait ? await WaitForPoolAsync(context, answer, cluster.Timing, progress) : answer.Error;
            if (error is null)
            {
                return answer.Pool!;
            }

            errors.Add(error);
            if (answer.Outcome == ReserveOutcome.Wait && error.ErrorClass != ErrorClass.Capacity)
            {
                break;
            }
        }

        throw new StepFailedException(errors switch
        {
            [] => TenantError.Create(ErrorClass.Invalid, "NoCluster", "No configured cluster matches the request."),
            [var only] => only,
            _ => TenantError.Create(errors[^1].ErrorClass, errors[^1].Code, string.Join(" ", errors.Select(e => e.Message))),
        });
    }

    private static async Task<TenantError?> WaitForPoolAsync(
        TaskOrchestrationContext context, ReserveAnswer answer, OperationTiming timing, OperationProgress progress)
    {
        var pool = answer.Pool!;
        progress.BeginStep("wait for the agent pool");
        progress.ReportWaiting($"agent pool {pool.Name} of cluster {pool.ClusterId} is being created. {answer.Reason}");
        var untilWrite = answer.NotBefore is { } notBefore && notBefore > context.Now() ? notBefore - context.Now() : TimeSpan.Zero;
        var report = await context.WaitForPoolAsync(pool, untilWrite + PoolPolling.ReportTimeout(timing));
        return report switch
        {
            null => TenantError.Create(ErrorClass.Transient, "PoolWaitTimeout", $"No report about agent pool '{pool.Name}' arrived in time."),
            { Outcome: PoolOutcome.Ready } => null,
            _ => report.Error ?? TenantError.Create(ErrorClass.Transient, "PoolGone", $"Agent pool '{pool.Name}' was deleted."),
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
