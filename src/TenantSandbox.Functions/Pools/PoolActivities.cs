using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Functions.Aks;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Pools;

/// <summary>The steps that choose clusters and handle agent pools.</summary>
internal sealed class PoolActivities(ClusterDirectory clusters, AgentPools pools)
{
    [Function(ActivityNames.SelectClusters)]
    public ClusterCandidates SelectClusters([ActivityTrigger] ClusterQuery query) => new(clusters.Select(query));

    [Function(ActivityNames.EnsurePool)]
    public Task<PoolObservation> EnsurePoolAsync([ActivityTrigger] PoolRef pool, CancellationToken cancellationToken) =>
        pools.EnsureAsync(pool, cancellationToken);

    [Function(ActivityNames.ReadPool)]
    public Task<PoolObservation> ReadPoolAsync([ActivityTrigger] PoolRef pool, CancellationToken cancellationToken) =>
        pools.ReadAsync(pool, cancellationToken);

    [Function(ActivityNames.DeletePool)]
    public Task<PoolObservation> DeletePoolAsync([ActivityTrigger] PoolRef pool, CancellationToken cancellationToken) =>
        pools.DeleteAsync(pool, cancellationToken);
}
