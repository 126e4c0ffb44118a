using Azure.Core;
using Azure.ResourceManager;
using Azure.ResourceManager.ContainerService;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Azure.Arm;

/// <summary>Where agent pools are on ARM, and whether a pool that was found there is the one that is meant.</summary>
internal sealed class PoolAddresses(ArmClient arm, ClusterDirectory clusters, IOptions<TenantSandboxOptions> options)
{
    private static readonly string[] MissingParents = ["ResourceGroupNotFound", "SubscriptionNotFound", "ParentResourceNotFound"];

    /// <summary>The configured owner.</summary>
    public string Owner => options.Value.Owner;

    /// <summary>The configured installation.</summary>
    public string Installation => options.Value.InstallationName;

    /// <summary>The managed cluster with this configured id.</summary>
    public ContainerServiceManagedClusterResource Cluster(string clusterId)
    {
        var cluster = clusters.Get(clusterId);
        return arm.GetContainerServiceManagedClusterResource(
            ContainerServiceManagedClusterResource.CreateResourceIdentifier(cluster.SubscriptionId, cluster.ResourceGroup, cluster.Name));
    }

    /// <summary>The agent pools of the pool's cluster.</summary>
    /// <exception cref="InvalidException">The pool was made on another managed cluster than the one that is configured now.</exception>
    public ContainerServiceAgentPoolCollection PoolsOf(PoolRef pool)
    {
        CheckAddress(pool);
        return Cluster(pool.ClusterId).GetContainerServiceAgentPools();
    }

    /// <summary>The subnets that a pool is made in.</summary>
    /// <inheritdoc cref="PoolsOf" path="/exception"/>
    public Task<PoolSubnets> SubnetsOfNewPoolAsync(PoolRef pool, CancellationToken cancellationToken) =>
        PoolSubnets.OfNewPoolAsync(PoolsOf(pool), clusters.Get(pool.ClusterId), cancellationToken);

    /// <summary>The pool's resource.</summary>
    /// <inheritdoc cref="PoolsOf" path="/exception"/>
    public ContainerServiceAgentPoolResource Resource(PoolRef pool)
    {
        CheckAddress(pool);
        return arm.GetContainerServiceAgentPoolResource(IdOf(pool));
    }

    /// <summary>Reads the pool of this name, whoever made it; null when there is none.</summary>
    /// <exception cref="NotFoundException">The managed cluster doesn't exist, which says nothing about its pools.</exception>
    public async Task<ContainerServiceAgentPoolData?> FindAsync(PoolRef pool, CancellationToken cancellationToken)
    {
        var answer = await PoolsOf(pool).GetIfExistsAsync(pool.Name, cancellationToken);
        if (answer.HasValue)
        {
            return answer.Value!.Data;
        }

        var failure = new global::Azure.RequestFailedException(answer.GetRawResponse());
        var isParent = MissingParents.Contains(failure.ErrorCode)
            || (failure.ErrorCode == "ResourceNotFound" && !failure.Message.Contains("agentPools/", StringComparison.OrdinalIgnoreCase));
        return isParent ? throw AzureFailures.Translate(failure, $"read agent pool {pool.Name} on cluster {pool.ClusterId}") : null;
    }

    /// <summary>Compares all tags and the resource id.</summary>
    public PoolMatch Compare(ContainerServiceAgentPoolData found, PoolRef pool) =>
        found.Id == IdOf(pool) ? PoolMarks.Compare(MarksOf(pool), PoolMarks.Read(found.Tags)) : PoolMatch.Other;

    /// <summary>The tags that the pool must have.</summary>
    public PoolMarks MarksOf(PoolRef pool) => PoolMarks.Of(pool, Owner, Installation);

    private ResourceIdentifier IdOf(PoolRef pool)
    {
        var cluster = clusters.Get(pool.ClusterId);
        return ContainerServiceAgentPoolResource.CreateResourceIdentifier(cluster.SubscriptionId, cluster.ResourceGroup, cluster.Name, pool.Name);
    }

    private void CheckAddress(PoolRef pool)
    {
        if (pool.ResourceId is { } known && new ResourceIdentifier(known) != IdOf(pool))
        {
            throw new InvalidException(
                "ClusterChanged",
                $"agent pool {pool.Name} was made as {known}, but cluster {pool.ClusterId} is now configured as {IdOf(pool).Parent}; it was not read "
                + "or changed. Restore the cluster's settings, or give the other managed cluster an id of its own");
        }
    }
}
