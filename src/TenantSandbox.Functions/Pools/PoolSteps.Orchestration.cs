using Microsoft.DurableTask;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Pools;

/// <summary>Typed calls of the activities and entity operations about agent pools, with their retries.</summary>
internal static class PoolSteps
{
    public static Task<ReserveAnswer> ReserveAsync(this TaskOrchestrationContext context, string clusterId, ReserveRequest request) =>
        context.CallClusterAsync<ReserveAnswer>(clusterId, nameof(ClusterEntity.Reserve), request);

    public static Task<ReleaseAnswer> ReleaseAsync(this TaskOrchestrationContext context, string clusterId, ReleaseRequest request) =>
        context.CallClusterAsync<ReleaseAnswer>(clusterId, nameof(ClusterEntity.Release), request);

    public static Task<bool> ReportMissingAsync(this TaskOrchestrationContext context, string clusterId, PoolHealthReport report) =>
        context.CallClusterAsync<bool>(clusterId, nameof(ClusterEntity.ReportMissing), report);

    public static Task<bool> RestartAsync(this TaskOrchestrationContext context, string clusterId, PoolRestart restart) =>
        context.CallClusterAsync<bool>(clusterId, nameof(ClusterEntity.Restart), restart);

    public static Task<PoolRef?> FindPoolAsync(this TaskOrchestrationContext context, string clusterId, string poolName) =>
        context.CallClusterAsync<PoolRef?>(clusterId, nameof(ClusterEntity.Find), poolName);

    public static Task<IReadOnlyList<RunningPoolOperation>> FindOperationsAsync(this TaskOrchestrationContext context, string clusterId) =>
        context.CallClusterAsync<IReadOnlyList<RunningPoolOperation>>(clusterId, nameof(ClusterEntity.FindOperations), clusterId);

    public static Task<ClusterCandidates> SelectClustersAsync(this TaskOrchestrationContext context, ClusterQuery query) =>
        context.CallActivityAsync<ClusterCandidates>(ActivityNames.SelectClusters, query, RetryPolicies.Activity);

    public static Task<PoolObservation> EnsurePoolAsync(this TaskOrchestrationContext context, PoolRef pool, OperationProgress progress) =>
        context.CallAsync<PoolObservation>(ActivityNames.EnsurePool, pool, progress);

    public static Task<PoolObservation> ReadPoolAsync(this TaskOrchestrationContext context, PoolRef pool, OperationProgress progress) =>
        context.CallAsync<PoolObservation>(ActivityNames.ReadPool, pool, progress);

    public static Task<PoolObservation> DeletePoolAsync(this TaskOrchestrationContext context, PoolRef pool, OperationProgress progress) =>
        context.CallAsync<PoolObservation>(ActivityNames.DeletePool, pool, progress);

    public static Task<PoolObservation> TagPoolAsync(this TaskOrchestrationContext context, PoolRef pool, OperationProgress progress) =>
        context.CallAsync<PoolObservation>(ActivityNames.TagPool, pool, progress);

    public static Task<PoolPods> ReadPoolPodsAsync(this TaskOrchestrationContext context, PoolRef pool, OperationProgress progress) =>
        context.CallAsync<PoolPods>(ActivityNames.ReadPoolPods, pool, progress);

    public static Task<EndedInstances> FindEndedInstancesAsync(this TaskOrchestrationContext context, InstanceQuery query) =>
        context.CallActivityAsync<EndedInstances>(ActivityNames.FindEndedInstances, query, RetryPolicies.Activity);

    /// <summary>Reads ARM's list of the cluster's pools page by page, and lets the ledger compare each page.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="clusterId">The cluster.</param>
    /// <param name="progress">Shows the retries.</param>
    /// <param name="onPage">Called with each page and what the ledger found in it.</param>
    public static async Task ObserveClusterAsync(
        this TaskOrchestrationContext context, string clusterId, OperationProgress progress, Action<PoolPage, ClusterFindings>? onPage = null)
    {
        string? after = null;
        do
        {
            var readAt = context.Now();
            var page = await context.CallAsync<PoolPage>(ActivityNames.ListPools, new PoolPageQuery(clusterId, after), progress);
            var findings = await context.CallClusterAsync<ClusterFindings>(clusterId, nameof(ClusterEntity.Observe), new ClusterObservation(page, readAt));
            onPage?.Invoke(page, findings);
            after = page.Through;
        }
        while (after is not null);
    }

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
    public static Task<PoolReport?> WaitForPoolAsync(this TaskOrchestrationContext context, PoolRef pool, TimeSpan timeout, OperationProgress? progress = null) =>
        (progress ?? new(context)).WaitForEventAsync<PoolReport>(PoolReport.EventName(pool.ClusterId, pool.Name), timeout);

    private static Task<T> CallClusterAsync<T>(this TaskOrchestrationContext context, string clusterId, string operation, object input) =>
        context.CallEntityAsync<T>(ClusterEntity.IdOf(clusterId), operation, input, EntityCalls.WithinOperation);
}
