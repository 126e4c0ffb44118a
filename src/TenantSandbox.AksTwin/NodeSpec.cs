namespace TenantSandbox.AksTwin;

/// <summary>One node as its pool makes it.</summary>
/// <param name="Name">The node's name, like <c>aks-kata1-32018127-vmss000000</c>.</param>
/// <param name="Labels">All of them: those that AKS stamps, and the pool's own.</param>
/// <param name="Taints">The pool's taints as AKS writes them: <c>key=value:Effect</c>.</param>
/// <param name="NeverReady">Set by a fault: the node registers, but its kubelet never reports Ready.</param>
internal sealed record NodeSpec(
    string Name, VmSize Size, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<string> Taints,
    string KubernetesVersion, int MaxPods, bool NeverReady = false)
{
    /// <summary>The label of nodes whose pods can have VMs of their own.</summary>
    public const string KataLabel = "kubernetes.azure.com/kata-vm-isolation";

    public bool IsKata => Labels.GetValueOrDefault(KataLabel) == "true";
}
