using Microsoft.DurableTask;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Pools;

/// <summary>Typed calls of the activities and entity operations about agent pools, with their retries.</summary>
internal static class PoolSteps
{
    public static Task<ReserveAnswer> ReserveAsync(this TaskOrchestrationContext context, string clusterId, ReserveRequest request) =>
        context.CallEntityAsync<ReserveAnswer>(ClusterEntity.IdOf(clusterId), nameof(ClusterEntity.Reserve), request, EntityCalls.WithinOperation);

    public static Task<ReleaseAnswer> ReleaseAsync(this TaskOrchestrationContext context, string clusterId, ReleaseRequest request) =>
        context.CallEntityAsync<ReleaseAnswer>(ClusterEntity.IdOf(clusterId), nameof(ClusterEntity.Release), request, EntityCalls.WithinOperation);

    public static Task<ClusterCandidates> SelectClustersAsync(this TaskOrchestrationContext context, ClusterQuery query) =>
        context.CallActivityAsync<ClusterCandidates>(ActivityNames.SelectClusters, query, RetryPolicies.Activity);

    public static Task<PoolObservation> EnsurePoolAsync(this TaskOrchestrationContext context, PoolRef pool) =>
        context.CallActivityAsync<PoolObservation>(ActivityNames.EnsurePool, pool, RetryPolicies.Activity);

    public static Task<PoolObservation> ReadPoolAsync(this TaskOrchestrationContext context, PoolRef pool) =>
        context.CallActivityAsync<PoolObservation>(ActivityNames.ReadPool, pool, RetryPolicies.Activity);

    public static Task<PoolObservation> DeletePoolAsync(this TaskOrchestrationContext context, PoolRef pool) =>
        context.CallActivityAsync<PoolObservation>(ActivityNames.DeletePool, pool, RetryPolicies.Activity);

    /// <summary>Stores the outcome of a pool's orchestration in the ledger, then sends it to every orchestration that waits for the pool.</summary>
    public static async Task SettleAsync(this TaskOrchestrationContext context, string clusterId, PoolReport report)
    {
        var waiters = await context.CallEntityAsync<IReadOnlyList<string>>(
            ClusterEntity.IdOf(clusterId), nameof(ClusterEntity.Settle), report, EntityCalls.MustSucceed);
        foreach (var waiter in waiters)
        {
            context.SendEvent(waiter, PoolReport.EventName(clusterId, report.PoolName), report);
        }
    }

    /// <summary>
    /// Waits for the report that <see cref="SettleAsync"/> sends. A report that arrives before the wait begins is buffered, so
    /// none is missed between the reservation and the wait.
    /// </summary>
    /// <returns>Null when none arrived in time.</returns>
    public static async Task<PoolReport?> WaitForPoolAsync(this TaskOrchestrationContext context, PoolRef pool, TimeSpan timeout)
    {
        try
        {
            return await context.WaitForExternalEvent<PoolReport>(PoolReport.EventName(pool.ClusterId, pool.Name), timeout);
        }
        catch (TaskCanceledException)
        {
            return null;
        }
    }
}
