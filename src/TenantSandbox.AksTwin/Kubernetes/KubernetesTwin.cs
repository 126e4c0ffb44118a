namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// The Kubernetes side of one cluster: the API and the controllers, scheduler and kubelets behind it. Requests that it doesn't support
/// get the API's own errors. The ARM side calls it under its own lock, so nothing here may call back into ARM. State is persisted
/// under <c>kube/{cluster}/</c> in the twin's store and loaded at start.
/// </summary>
internal sealed class KubernetesTwin
{
    private readonly Cluster _cluster;
    private readonly ApiServer _api;
    private readonly Scheduler _scheduler;
    private readonly NodeController _nodes;
    private readonly ControllerTriggers _triggers;

    public KubernetesTwin(ClusterContext context)
    {
        _cluster = new(context);
        (_api, _scheduler, _nodes) = (new(_cluster), new(_cluster), new(_cluster));
        _triggers = new(_cluster, _scheduler, _nodes);
        _cluster.Store.Load();
        _cluster.Store.Changed = _triggers.OnChange;
        _cluster.Execute(Initialize);
    }

    /// <summary>Raised under the lock when a pod becomes unschedulable or a node may have become idle.</summary>
    public event Action? DemandChanged
    {
        add => _scheduler.DemandChanged += value;
        remove => _scheduler.DemandChanged -= value;
    }

    public Task HandleAsync(HttpContext http) => _api.HandleAsync(http);

    /// <summary>
    /// Registers a node whose VM has booted. It becomes Ready after <see cref="TimingProfile.NodeReady"/>, or never if
    /// <see cref="NodeSpec.NeverReady"/>. An existing node is updated to its pool's labels, taints and image and keeps its pods;
    /// a restart of the twin adds all nodes again.
    /// </summary>
    public void AddNode(NodeSpec node) =>
        _cluster.Execute(() => _cluster.Registry.RunAs(ControllerUsers.Kubelet(node.Name), node, _nodes.Add));

    /// <summary>Removes a node and its pods; their controllers create new ones on other nodes.</summary>
    public void RemoveNode(string name) =>
        _cluster.Execute(() => _cluster.Registry.RunAs(ControllerUsers.ServiceAccount("node-controller"), name, _nodes.Remove));

    /// <summary>
    /// Returns how many more nodes like <paramref name="template"/> the unschedulable pods would need; 0 if none of them fits such a
    /// node, at most <paramref name="limit"/>.
    /// </summary>
    public int CountNodesNeeded(NodeSpec template, int limit) =>
        _cluster.Execute(() => _scheduler.CountNodesNeeded(NodeBuilder.Build(template, _cluster.Now), limit));

    /// <summary>Whether no pod is bound to a node; false for an unknown node.</summary>
    public bool IsIdle(string nodeName) => _cluster.Execute(() => _scheduler.IsIdle(nodeName));

    /// <summary>Whether a node is Ready; false for an unknown node.</summary>
    public bool IsReady(string nodeName) => _cluster.Execute(() => _cluster.Store.Find(Kinds.Nodes, "", nodeName) is { IsReady: true });

    private void Initialize()
    {
        // Nodes first, so that the scheduler knows them before their pods.
        foreach (var item in Kinds.All.OrderBy(k => k != Kinds.Nodes).SelectMany(k => _cluster.Store.List(k)).ToList())
        {
            _triggers.OnChange(new(item.Revision, item.Key, null, item));
        }

        foreach (var name in (string[])["default", "kube-node-lease", "kube-public", "kube-system"])
        {
            if (_cluster.Store.Find(Kinds.Namespaces, "", name) is null)
            {
                _cluster.Registry.Create(Kinds.Namespaces, "", JsonTemplate.Fill($$"""{"metadata":{"name":{{name}} } }"""));
            }
        }

        StorageAddOn.Install(_cluster);
        PriorityClassRules.Install(_cluster);
        ClusterServices.Install(_cluster);
    }
}
