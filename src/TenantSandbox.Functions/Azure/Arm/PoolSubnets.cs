using Azure.Core;
using Azure.ResourceManager.ContainerService;
using Azure.ResourceManager.ContainerService.Models;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Azure.Arm;

/// <summary>The subnets of a pool's nodes and pods. AKS requires that all pools of a cluster are in one virtual network.</summary>
/// <param name="Nodes">The nodes' subnet; null for AKS's own virtual network.</param>
/// <param name="Pods">The pods' subnet; null when pods get their addresses from the nodes' subnet or an overlay.</param>
internal sealed record PoolSubnets(ResourceIdentifier? Nodes, ResourceIdentifier? Pods)
{
    /// <summary>Those of a pool that exists; they can't be changed.</summary>
    public static PoolSubnets Of(ContainerServiceAgentPoolData pool) => new(pool.VnetSubnetId, pool.PodSubnetId);

    /// <summary>Those of a new pool: the configured ones, else those of the cluster's system pool (of several, the first by name).</summary>
    public static async Task<PoolSubnets> OfNewPoolAsync(
        ContainerServiceAgentPoolCollection pools, ClusterOptions cluster, CancellationToken cancellationToken)
    {
        var configured = new PoolSubnets(Parse(cluster.SubnetId), Parse(cluster.PodSubnetId));
        if (configured is { Nodes: not null, Pods: not null })
        {
            return configured;
        }

        ContainerServiceAgentPoolData? system = null;
        await foreach (var pool in pools.GetAllAsync(cancellationToken))
        {
            if (pool.Data.Mode == AgentPoolMode.System && (system is null || string.CompareOrdinal(pool.Data.Name, system.Name) < 0))
            {
                system = pool.Data;
            }
        }

        return new(configured.Nodes ?? system?.VnetSubnetId, configured.Pods ?? system?.PodSubnetId);
    }

    private static ResourceIdentifier? Parse(string? id) => id is null ? null : new(id);
}
