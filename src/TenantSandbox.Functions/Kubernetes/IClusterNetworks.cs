using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>The address ranges of a cluster that no tenant's allow list can open: those of its pods, Services and nodes.</summary>
internal interface IClusterNetworks
{
    /// <summary>Blocks such as <c>10.244.0.0/16</c>, without duplicates, in ordinal order.</summary>
    /// <exception cref="SandboxException">The ranges could not be read.</exception>
    Task<IReadOnlyList<string>> GetAsync(string clusterId, CancellationToken cancellationToken);
}
