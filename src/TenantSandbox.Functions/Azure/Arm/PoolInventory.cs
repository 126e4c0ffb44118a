using Azure.ResourceManager.ContainerService;
using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Azure.Arm;

/// <summary>Lists the agent pools of a cluster, whoever made them.</summary>
internal sealed class PoolInventory(PoolAddresses addresses)
{
    private const int MaxMessageLength = 300;

    /// <summary>One page of the cluster's pools, in ordinal order of their names.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    [Function(ActivityNames.ListPools)]
    public async Task<PoolPage> ListAsync([ActivityTrigger] PoolPageQuery query, CancellationToken cancellationToken)
    {
        try
        {
            var found = new List<ContainerServiceAgentPoolData>();
            await foreach (var pool in addresses.Cluster(query.ClusterId).GetContainerServiceAgentPools().GetAllAsync(cancellationToken))
            {
                found.Add(pool.Data);
            }

            ContainerServiceAgentPoolData[] rest =
                [.. found.Where(p => string.CompareOrdinal(p.Name, query.After) > 0).OrderBy(p => p.Name, StringComparer.Ordinal)];
            FoundPool[] page = [.. rest.Take(PoolPage.MaxPools).Select(p => Describe(p, query.ClusterId))];
            return new(query.ClusterId, query.After, rest.Length > page.Length ? page[^1].Name : null, page);
        }
        catch (Exception e) when (AzureFailures.IsFailure(e, cancellationToken))
        {
            throw AzureFailures.Translate(e, $"list the agent pools of cluster {query.ClusterId}");
        }
    }

    private FoundPool Describe(ContainerServiceAgentPoolData pool, string clusterId)
    {
        var marks = PoolMarks.Read(pool.Tags);
        var origin = marks.CompareOrigin(addresses.Owner, addresses.Installation, clusterId);
        if (origin == PoolMatch.Other)
        {
            // Of pools that aren't ours only the name matters, and whose they are.
            return new(pool.Name, pool.Id.ToString(), origin, marks.Owner is null ? null : marks, pool.ProvisioningState);
        }

        return new(
            pool.Name, pool.Id.ToString(), origin, marks, pool.ProvisioningState, ErrorOf(pool), pool.Count, pool.MinCount, pool.MaxCount, pool.MaxPods,
            pool.CurrentOrchestratorVersion, pool.VmSize, pool.WorkloadRuntime?.ToString(), pool.OSSku?.ToString(), [.. pool.AvailabilityZones],
            pool.NodeImageVersion);
    }

    private static TenantError? ErrorOf(ContainerServiceAgentPoolData pool)
    {
        if (pool.ProvisioningState is not ("Failed" or "Canceled"))
        {
            return null;
        }

        var (errorClass, code, detail) = AgentPoolVerdict.CauseOf(pool);
        return TenantError.Create(errorClass, code, detail.Length <= MaxMessageLength ? detail : $"{detail[..(MaxMessageLength - 1)]}…");
    }
}
