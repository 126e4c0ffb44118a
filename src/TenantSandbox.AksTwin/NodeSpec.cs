namespace TenantSandbox.AksTwin;

/// <summary>A node that an agent pool registers with Kubernetes.</summary>
/// <param name="Name">Name of the node, such as <c>aks-kata1-32018127-vmss000000</c>.</param>
/// <param name="Labels">All labels: those that AKS sets and those of the pool.</param>
/// <param name="Taints">Taints of the pool in AKS notation: <c>key=value:Effect</c>.</param>
/// <param name="NeverReady">Set by an injected fault: the node registers, but never becomes Ready.</param>
/// <param name="HasPublicAddress">Whether the node has a public address besides its own in the virtual network.</param>
internal sealed record NodeSpec(
    string Name, VmSize Size, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<string> Taints,
    string KubernetesVersion, int MaxPods, bool NeverReady = false, bool HasPublicAddress = false)
{
    /// <summary>Label of nodes that can run Kata pods.</summary>
    public const string KataLabel = "kubernetes.azure.com/kata-vm-isolation";

    /// <summary>Label with the node's image.</summary>
    public const string ImageLabel = "kubernetes.azure.com/node-image-version";

    public bool IsKata => Labels.GetValueOrDefault(KataLabel) == "true";
}
