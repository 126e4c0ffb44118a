using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>The same network for every cluster.</summary>
internal sealed class FixedClusterNetworks(ClusterNetwork network) : IClusterNetworks
{
    public Task<ClusterNetwork> GetAsync(string clusterId, CancellationToken cancellationToken) => Task.FromResult(network);
}
