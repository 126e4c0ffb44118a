namespace TenantSandbox.AksTwin;

/// <summary>
/// The Kubernetes side as ARM sees it: pools become nodes, and the autoscaler asks what pods want. ARM may call this while it
/// holds its own lock, so an implementation never calls back synchronously into ARM.
/// </summary>
public interface INodeHost
{
    /// <summary>
    /// Registers a node (the VM has booted). It gets Ready after <see cref="TimingProfile.NodeReady"/>, or never when
    /// <see cref="NodeSpec.NeverReady"/>. Adding a node that is there already updates it (a restart adds them all again).
    /// </summary>
    void AddNode(NodeSpec node);

    /// <summary>Puts a pool's changed labels, taints or node image on a node; pods stay where they are.</summary>
    void UpdateNode(NodeSpec node);

    /// <summary>Takes a node and the pods on it away; owners make the pods again elsewhere.</summary>
    void RemoveNode(string name);

    /// <summary>
    /// How many further nodes like <paramref name="shape"/> the pods that are pending for lack of room would fill: 0 when none
    /// of them fits such a node, never more than <paramref name="limit"/>.
    /// </summary>
    int NodesNeeded(NodeSpec shape, int limit);

    /// <summary>Whether a node runs nothing that would have to move; false for an unknown node.</summary>
    bool IsIdle(string nodeName);

    /// <summary>Whether a node is Ready; false for an unknown node.</summary>
    bool IsReady(string nodeName);

    /// <summary>Raised, outside of any lock, when a pod became unschedulable or a node may have become idle.</summary>
    event Action? DemandChanged;
}

/// <summary>One node as its pool makes it.</summary>
/// <param name="Name">The node's name, like <c>aks-kata1-32018127-vmss000000</c>.</param>
/// <param name="Pool">The agent pool's name.</param>
/// <param name="Labels">All labels that AKS stamps plus the pool's own.</param>
/// <param name="Taints">The pool's taints as AKS writes them: <c>key=value:Effect</c>.</param>
/// <param name="WorkloadRuntime">The pool's <c>workloadRuntime</c> as sent.</param>
public sealed record NodeSpec(
    string Name,
    string Pool,
    VmSize Size,
    string Location,
    string? Zone,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<string> Taints,
    string NodeImageVersion,
    string WorkloadRuntime,
    string KubernetesVersion,
    int MaxPods)
{
    /// <summary>Set by a fault: the node registers, but its kubelet never reports Ready.</summary>
    public bool NeverReady { get; init; }

    public bool IsKata => WorkloadRuntime is "KataVmIsolation" or "KataMshvVmIsolation";
}
