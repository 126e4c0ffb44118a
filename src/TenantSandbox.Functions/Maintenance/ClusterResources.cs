using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Inspection;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>The adapters to ARM and Kubernetes.</summary>
internal sealed class ClusterResources(
    PoolInventory pools, AgentPools agentPools, NamespaceInventory namespaces, TenantInspector inspector, PoolPodReader pods, TenantNamespaces tenantNamespaces)
    : IClusterResources
{
    public Task<PoolPage> ListPoolsAsync(PoolPageQuery query, CancellationToken cancellationToken) => pools.ListAsync(query, cancellationToken);

    public Task<NamespacePage> ListNamespacesAsync(NamespaceQuery query, CancellationToken cancellationToken) => namespaces.ListAsync(query, cancellationToken);

    public Task<InspectionReport> InspectAsync(InspectionPage page, CancellationToken cancellationToken) => inspector.InspectAsync(page, cancellationToken);

    public Task<PoolPods> ReadPodsAsync(PoolRef pool, CancellationToken cancellationToken) => pods.ReadAsync(pool, cancellationToken);

    public Task DeletePoolAsync(PoolRef pool, CancellationToken cancellationToken) => agentPools.DeleteAsync(pool, cancellationToken);

    public Task DeleteNamespaceAsync(TenantNamespaceRef tenant, CancellationToken cancellationToken) => tenantNamespaces.DeleteAsync(tenant, cancellationToken);
}
