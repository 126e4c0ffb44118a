namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// The Kubernetes API of one twin cluster, with the controllers, scheduler and kubelets behind it. What it doesn't serve is answered
/// with the API's own errors. ARM calls in to add nodes and to ask about them, under its own lock, so nothing here calls back into ARM.
/// State lives under <c>kube/{cluster}/</c> in the twin's store and is taken up again from there.
/// </summary>
internal sealed class KubernetesTwin
{
    private readonly Cluster _cluster;
    private readonly ApiServer _api;
    private readonly Scheduler _scheduler;
    private readonly NodeController _nodes;
    private readonly GarbageCollector _garbage;

    /// <summary>Who looks at an object of a kind when it changes, or when something changes that it sums up.</summary>
    private readonly Dictionary<ResourceKind, IController> _controllers;

    public KubernetesTwin(ClusterContext context)
    {
        _cluster = new(context);
        (_api, _scheduler, _nodes, _garbage) = (new(_cluster), new(_cluster), new(_cluster), new(_cluster));
        _controllers = new()
        {
            [Kinds.Namespaces] = new NamespaceController(_cluster),
            [Kinds.Nodes] = _nodes,
            [Kinds.RuntimeClasses] = _nodes,
            [Kinds.ResourceQuotas] = new ResourceQuotaController(_cluster),
            [Kinds.Services] = new EndpointsController(_cluster),
            [Kinds.Deployments] = new DeploymentController(_cluster),
            [Kinds.ReplicaSets] = new ReplicaSetController(_cluster),
            [Kinds.Pods] = new Kubelet(_cluster),
        };
        _cluster.Store.Load();
        _cluster.Store.Changed = Observe;
        _cluster.Do(Start);
    }

    /// <summary>Raised, under the lock, when a pod became unschedulable or a node may have become idle.</summary>
    public event Action? DemandChanged
    {
        add => _scheduler.DemandChanged += value;
        remove => _scheduler.DemandChanged -= value;
    }

    public Task HandleAsync(HttpContext http) => _api.HandleAsync(http);

    /// <summary>
    /// Registers a node (the VM has booted). It gets Ready after <see cref="TimingProfile.NodeReady"/>, or never when
    /// <see cref="NodeSpec.NeverReady"/>. A node that is there already gets its pool's changed labels, taints and image; pods stay
    /// where they are (a restart adds all nodes again).
    /// </summary>
    public void AddNode(NodeSpec node) => _cluster.Do(() => _nodes.Add(node));

    /// <summary>Takes a node and the pods on it away; owners make the pods again elsewhere.</summary>
    public void RemoveNode(string name) => _cluster.Do(() => _nodes.Remove(name));

    /// <summary>
    /// How many further nodes like <paramref name="shape"/> the pods that are pending for lack of room would fill: 0 when none
    /// of them fits such a node, never more than <paramref name="limit"/>.
    /// </summary>
    public int NodesNeeded(NodeSpec shape, int limit) =>
        _cluster.Do(() => _scheduler.NodesNeeded(_nodes.Shape(shape), limit));

    /// <summary>Whether a node runs nothing that would have to move; false for an unknown node.</summary>
    public bool IsIdle(string nodeName) => _cluster.Do(() => _scheduler.IsIdle(nodeName));

    /// <summary>Whether a node is Ready; false for an unknown node.</summary>
    public bool IsReady(string nodeName) => _cluster.Do(() => _cluster.Store.Find(Kinds.Nodes, "", nodeName) is { IsReady: true });

    private void Start()
    {
        // Nodes first, so that the scheduler knows them when their pods come.
        foreach (var item in Kinds.All.OrderBy(k => k != Kinds.Nodes).SelectMany(k => _cluster.Store.List(k)).ToList())
        {
            Observe(new(item.Revision, item.Key, null, item));
        }

        foreach (var name in (string[])["default", "kube-node-lease", "kube-public", "kube-system"])
        {
            if (_cluster.Store.Find(Kinds.Namespaces, "", name) is null)
            {
                _cluster.Registry.Create(Kinds.Namespaces, "", Json.Of($$"""{"metadata":{"name":{{name}} } }"""));
            }
        }
    }

    /// <summary>Tells everybody whom a change concerns.</summary>
    private void Observe(Change change)
    {
        var (store, kind, ns) = (_cluster.Store, change.Key.Kind, change.Key.Namespace);
        if (kind == Kinds.Events)
        {
            return;
        }

        _scheduler.Observe(change);
        _garbage.Observe(change);
        Tell(change.Key);
        if ((change.Now ?? change.Before)!.Controller is { } uid && store.FindByUid(uid) is { } controller)
        {
            Tell(controller.Key);
        }
        // A kubelet does nothing before its node is ready.
        if (kind == Kinds.Nodes && change.Now?.IsReady != change.Before?.IsReady)
        {
            TellAll(_nodes.PodsOn(change.Key.Name));
        }

        if (kind == Kinds.Pods)
        {
            TellAll(store.List(Kinds.Services, ns));
        }

        if (ns.Length > 0)
        {
            TellAll(store.List(Kinds.ResourceQuotas, ns));
        }

        if (store.Find(Kinds.Namespaces, "", ns) is { IsTerminating: true })
        {
            Tell(new(Kinds.Namespaces, "", ns));
        }
    }

    private void TellAll(IEnumerable<StoredObject> items)
    {
        foreach (var item in items)
        {
            Tell(item.Key);
        }
    }

    private void Tell(ObjectKey key)
    {
        if (_controllers.TryGetValue(key.Kind, out var controller))
        {
            _cluster.Enqueue(controller, key);
        }
    }
}
