using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Reads what a cluster's network is to its tenants.</summary>
internal interface IClusterNetworks
{
    /// <summary>The cluster's network, read within the last minutes.</summary>
    /// <exception cref="SandboxException">It could not be read.</exception>
    Task<ClusterNetwork> GetAsync(string clusterId, CancellationToken cancellationToken);
}
