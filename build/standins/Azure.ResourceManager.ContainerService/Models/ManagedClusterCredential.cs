namespace Azure.ResourceManager.ContainerService.Models;

/// <summary>One kubeconfig of a cluster.</summary>
public partial class ManagedClusterCredential
{
    internal ManagedClusterCredential(string name, byte[] value)
    {
        Name = name;
        Value = value;
    }

    /// <summary>The credential's name, like <c>clusterUser</c>.</summary>
    public string Name { get; }

    /// <summary>The kubeconfig file, decoded from the answer's base64.</summary>
    public byte[] Value { get; }
}
