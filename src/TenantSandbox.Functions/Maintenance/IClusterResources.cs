using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>What maintenance reads and deletes in a cluster. Every member fails with a <see cref="SandboxException"/>.</summary>
internal interface IClusterResources
{
    /// <summary>One page of the cluster's agent pools, whoever made them.</summary>
    Task<PoolPage> ListPoolsAsync(PoolPageQuery query, CancellationToken cancellationToken);

    /// <summary>One page of the namespaces with this installation's marks.</summary>
    Task<NamespacePage> ListNamespacesAsync(NamespaceQuery query, CancellationToken cancellationToken);

    /// <summary>Compares tenants with what runs.</summary>
    Task<InspectionReport> InspectAsync(InspectionPage page, CancellationToken cancellationToken);

    /// <summary>The pods of tenants on a pool's nodes.</summary>
    Task<PoolPods> ReadPodsAsync(PoolRef pool, CancellationToken cancellationToken);

    /// <summary>Requests the deletion of a pool whose tags all match.</summary>
    Task DeletePoolAsync(PoolRef pool, CancellationToken cancellationToken);

    /// <summary>Requests the deletion of the namespace of one incarnation.</summary>
    Task DeleteNamespaceAsync(TenantNamespaceRef tenant, CancellationToken cancellationToken);
}

/// <summary>Readings that need several pages.</summary>
internal static class ClusterResourcesExtensions
{
    /// <summary>All agent pools of a cluster.</summary>
    public static async Task<IReadOnlyList<FoundPool>> ReadPoolsAsync(this IClusterResources resources, string clusterId, CancellationToken cancellationToken)
    {
        var found = new List<FoundPool>();
        string? after = null;
        do
        {
            var page = await resources.ListPoolsAsync(new(clusterId, after), cancellationToken);
            found.AddRange(page.Pools);
            after = page.Through;
        }
        while (after is not null);
        return found;
    }

    /// <summary>All namespaces of a cluster with this installation's marks.</summary>
    public static async Task<IReadOnlyList<FoundNamespace>> ReadNamespacesAsync(this IClusterResources resources, string clusterId, CancellationToken cancellationToken)
    {
        var found = new List<FoundNamespace>();
        string? continuation = null;
        do
        {
            var page = await resources.ListNamespacesAsync(new(clusterId, continuation), cancellationToken);
            found.AddRange(page.Namespaces);
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return found;
    }
}
