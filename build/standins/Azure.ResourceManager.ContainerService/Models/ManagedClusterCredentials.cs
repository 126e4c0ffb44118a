namespace Azure.ResourceManager.ContainerService.Models;

/// <summary>The kubeconfigs that a credential request returns.</summary>
public partial class ManagedClusterCredentials
{
    internal ManagedClusterCredentials(IReadOnlyList<ManagedClusterCredential> kubeconfigs) => Kubeconfigs = kubeconfigs;

    public IReadOnlyList<ManagedClusterCredential> Kubeconfigs { get; }
}
