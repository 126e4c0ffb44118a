using Microsoft.DurableTask;

namespace TenantSandbox.Functions.Pools;

/// <summary>The steps that have to do with agent pools, each with its types, its name and its retries.</summary>
internal static class PoolSteps
{
    public static Task<ReserveAnswer> ReserveAsync(this TaskOrchestrationContext context, string clusterId, ReserveRequest request) =>
        context.Entities.CallEntityAsync<ReserveAnswer>(ClusterEntity.IdOf(clusterId), nameof(ClusterEntity.Reserve), request);

    public static Task<ReleaseAnswer> ReleaseAsync(this TaskOrchestrationContext context, string clusterId, ReleaseRequest request) =>
        context.Entities.CallEntityAsync<ReleaseAnswer>(ClusterEntity.IdOf(clusterId), nameof(ClusterEntity.Release), request);

    public static Task<ClusterCandidates> SelectClustersAsync(this TaskOrchestrationContext context, ClusterQuery query) =>
        context.CallActivityAsync<ClusterCandidates>(ActivityNames.SelectClusters, query, Operations.Retries.Step);

    public static Task<PoolObservation> EnsurePoolAsync(this TaskOrchestrationContext context, PoolRef pool) =>
        context.CallActivityAsync<PoolObservation>(ActivityNames.EnsurePool, pool, Operations.Retries.Step);

    public static Task<PoolObservation> ReadPoolAsync(this TaskOrchestrationContext context, PoolRef pool) =>
        context.CallActivityAsync<PoolObservation>(ActivityNames.ReadPool, pool, Operations.Retries.Step);

    public static Task<PoolObservation> DeletePoolAsync(this TaskOrchestrationContext context, PoolRef pool) =>
        context.CallActivityAsync<PoolObservation>(ActivityNames.DeletePool, pool, Operations.Retries.Step);

    /// <summary>Tells the ledger how a pool's work ended, and then everybody who waits for it.</summary>
    public static async Task SettleAsync(this TaskOrchestrationContext context, string clusterId, PoolReport report)
    {
        var waiters = await context.Entities.CallEntityAsync<IReadOnlyList<string>>(
            ClusterEntity.IdOf(clusterId), nameof(ClusterEntity.Settle), report);
        foreach (var waiter in waiters)
        {
            context.SendEvent(waiter, PoolReport.EventName(clusterId, report.PoolName), report);
        }
    }

    /// <summary>
    /// Waits for news of a pool, sent by <see cref="SettleAsync"/>. News that come before the wait begins are kept for it, so
    /// none is missed between asking the ledger and waiting.
    /// </summary>
    /// <returns>Null when none came in time.</returns>
    public static async Task<PoolReport?> WaitForPoolAsync(this TaskOrchestrationContext context, PoolRef pool, TimeSpan patience)
    {
        try
        {
            return await context.WaitForExternalEvent<PoolReport>(PoolReport.EventName(pool.ClusterId, pool.Name), patience);
        }
        catch (TaskCanceledException)
        {
            return null;
        }
    }
}
