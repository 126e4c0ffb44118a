using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// The Kubernetes API of one twin cluster, with the controllers, scheduler and kubelets behind it. What it doesn't serve is answered with the
/// API's own errors. ARM calls in to add nodes and to ask about them, under its own lock, so nothing here calls back into ARM synchronously. State lives under <c>kube/{cluster}/</c> in the twin's store and is taken up again from there.
/// </summary>
internal sealed class KubernetesTwin
{
    private readonly Cluster _cluster;
    private readonly ApiServer _api;
    private readonly Scheduler _scheduler;
    private readonly Kubelet _kubelet;
    private readonly NodeController _nodes;
    private readonly NamespaceController _namespaces;
    private readonly DeploymentController _deployments;
    private readonly ReplicaSetController _replicaSets;
    private readonly GarbageCollector _garbage;
    private readonly ResourceQuotaController _quotas;
    private readonly EndpointsController _endpoints;

    public KubernetesTwin(ClusterContext context)
    {
        _cluster = new(context);
        _api = new(_cluster);
        _scheduler = new(_cluster);
        _kubelet = new(_cluster);
        _nodes = new(_cluster);
        _namespaces = new(_cluster);
        _deployments = new(_cluster);
        _replicaSets = new(_cluster);
        _garbage = new(_cluster);
        _quotas = new(_cluster);
        _endpoints = new(_cluster);
        // ARM may call in while it holds its lock, so what it hears comes from another thread.
        _cluster.DemandChanged += () => context.Scheduler.After(TimeSpan.Zero, () => DemandChanged?.Invoke());
        _cluster.Store.Load();
        _cluster.Store.Changed = Observe;
        _cluster.Do(Start);
    }

    /// <summary>Raised, outside of any lock, when a pod became unschedulable or a node may have become idle.</summary>
    public event Action? DemandChanged;

    public Task HandleAsync(HttpContext http) => _api.HandleAsync(http);

    /// <summary>
    /// Registers a node (the VM has booted). It gets Ready after <see cref="TimingProfile.NodeReady"/>, or never when
    /// <see cref="NodeSpec.NeverReady"/>. A node that is there already gets its pool's changed labels, taints and image; pods stay where
    /// they are (a restart adds all nodes again).
    /// </summary>
    public void AddNode(NodeSpec node) => _cluster.Do(() => _nodes.Add(node));

    /// <summary>Takes a node and the pods on it away; owners make the pods again elsewhere.</summary>
    public void RemoveNode(string name) => _cluster.Do(() => _nodes.Remove(name));

    /// <summary>
    /// How many further nodes like <paramref name="shape"/> the pods that are pending for lack of room would fill: 0 when none
    /// of them fits such a node, never more than <paramref name="limit"/>.
    /// </summary>
    public int NodesNeeded(NodeSpec shape, int limit) => _cluster.Do(() => _scheduler.NodesNeeded(NodeController.Shape(shape), limit));

    /// <summary>Whether a node runs nothing that would have to move; false for an unknown node.</summary>
    public bool IsIdle(string nodeName) => _cluster.Do(() => _scheduler.IsIdle(nodeName));

    /// <summary>Whether a node is Ready; false for an unknown node.</summary>
    public bool IsReady(string nodeName) =>
        _cluster.Do(() => _cluster.Store.Find(Kinds.Nodes, "", nodeName) is { } node && Condition.Status(node.Json, "Ready") == "True");

    private void Start()
    {
        var kept = Kinds.All.SelectMany(k => _cluster.Store.List(k)).ToList();
        // Nodes first, so that the scheduler knows them when their pods come.
        foreach (var item in kept.OrderBy(o => o.Key.Kind == Kinds.Nodes ? 0 : 1))
            Observe(new(item.Revision, item.Key, null, item));
        foreach (var name in (string[])["default", "kube-node-lease", "kube-public", "kube-system"])
        {
            if (_cluster.Store.Find(Kinds.Namespaces, "", name) is null)
                _cluster.Registry.Create(Kinds.Namespaces, "", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });
        }
    }

    /// <summary>Tells every controller whom a change concerns.</summary>
    private void Observe(Change change)
    {
        var (kind, ns) = (change.Key.Kind, change.Key.Namespace);
        if (kind == Kinds.Events)
            return;
        Collect(change);
        if (ns.Length > 0 && (change.Now is null || change.Before is null) && _cluster.Store.Find(Kinds.Namespaces, "", ns) is { IsTerminating: true } terminating)
            _cluster.Enqueue(_namespaces, terminating.Key);
        if (ns.Length > 0)
        {
            foreach (var quota in _cluster.Store.List(Kinds.ResourceQuotas, ns))
                _cluster.Enqueue(_quotas, quota.Key);
        }

        if (kind == Kinds.Namespaces)
        {
            _cluster.Enqueue(_namespaces, change.Key);
        }
        else if (kind == Kinds.Nodes)
        {
            _scheduler.Observe(change);
            _cluster.Enqueue(_nodes, change.Key);
            if (change.Now is not null && change.Before is not null && Condition.Status(change.Now.Json, "Ready") != Condition.Status(change.Before.Json, "Ready"))
            {
                foreach (var pod in _nodes.PodsOn(change.Key.Name))
                    _cluster.Enqueue(_kubelet, pod.Key);
            }
        }
        else if (kind == Kinds.RuntimeClasses)
        {
            _cluster.Enqueue(_nodes, change.Key);
        }
        else if (kind == Kinds.Deployments)
        {
            _cluster.Enqueue(_deployments, change.Key);
        }
        else if (kind == Kinds.ReplicaSets)
        {
            _cluster.Enqueue(_replicaSets, change.Key);
            EnqueueOwner(change, Kinds.Deployments, _deployments);
        }
        else if (kind == Kinds.Services)
        {
            _cluster.Enqueue(_endpoints, change.Key);
        }
        else if (kind == Kinds.Pods)
        {
            _scheduler.Observe(change);
            _cluster.Enqueue(_kubelet, change.Key);
            EnqueueOwner(change, Kinds.ReplicaSets, _replicaSets);
            foreach (var service in _cluster.Store.List(Kinds.Services, ns))
                _cluster.Enqueue(_endpoints, service.Key);
            if (change.Now is null)
                _kubelet.Forget(change.Before!);
        }
    }

    private void Collect(Change change)
    {
        if (change.Now is null)
        {
            foreach (var dependent in _cluster.Store.Dependents(change.Before!.Uid))
                _cluster.Enqueue(_garbage, dependent.Key);
        }

        var item = change.Now ?? change.Before!;
        foreach (var owner in item.Json.Items("metadata", "ownerReferences").Select(o => _cluster.Store.FindByUid(o.Text("uid") ?? "")))
        {
            if (owner is { IsTerminating: true })
                _cluster.Enqueue(_garbage, owner.Key);
        }

        if (change.Now is not null && (change.Now.IsTerminating || (change.Before is null && item.Json.At("metadata", "ownerReferences") is not null)))
            _cluster.Enqueue(_garbage, change.Key);
    }

    private void EnqueueOwner(Change change, ResourceKind kind, IController controller)
    {
        if (Ownership.Controller((change.Now ?? change.Before!).Json) is { } uid && _cluster.Store.FindByUid(uid) is { } owner && owner.Key.Kind == kind)
            _cluster.Enqueue(controller, owner.Key);
    }
}
