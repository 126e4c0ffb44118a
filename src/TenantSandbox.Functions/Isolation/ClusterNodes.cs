using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Verification;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Isolation;

/// <summary>Reads the nodes of agent pools.</summary>
internal sealed class ClusterNodes(ClusterConnections connections, SeenCache cache, IOptions<TenantSandboxOptions> options)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    /// <summary>The nodes of the tenant's pool, by the pool's own label; all nodes where pods aren't bound to a pool.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="used">Nodes that should be among them: if one isn't, they are read again.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SandboxException">The call failed in a way that passes by itself.</exception>
    public async Task<Seen<IReadOnlyList<V1Node>>> ReadAsync(DesiredTenant tenant, IReadOnlyCollection<string> used, CancellationToken cancellationToken)
    {
        var key = $"{tenant.ClusterId}/{tenant.PoolName}/nodes";
        var seen = await cache.GetAsync(key, Lifetime, () => ListAsync(tenant), cancellationToken);
        var names = seen.Value?.Select(n => n.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        return names is null || used.All(names.Contains) ? seen : await cache.GetAsync(key, TimeSpan.FromTicks(-1), () => ListAsync(tenant), cancellationToken);
    }

    private async Task<IReadOnlyList<V1Node>> ListAsync(DesiredTenant tenant)
    {
        var list = await connections.CallAsync(
            tenant.ClusterId,
            $"list nodes of agent pool {tenant.PoolName}",
            client => client.CoreV1.ListNodeAsync(labelSelector: options.Value.Workloads.BindToPool ? $"{SandboxNodes.PoolLabel}={tenant.PoolName}" : null),
            CancellationToken.None);
        return [.. list.Items];
    }
}
