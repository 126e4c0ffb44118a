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
    private readonly GarbageCollector _garbage;
    private readonly JobController _jobs;
    private readonly EphemeralVolumeController _ephemeralVolumes;

    /// <summary>The controller of each kind, run when an object of the kind or one that it aggregates changes.</summary>
    private readonly Dictionary<ResourceKind, IController> _controllers;

    public KubernetesTwin(ClusterContext context)
    {
        _cluster = new(context);
        (_api, _scheduler, _nodes, _garbage) = (new(_cluster), new(_cluster), new(_cluster), new(_cluster));
        (_jobs, _ephemeralVolumes) = (new(_cluster), new(_cluster));
        var gateways = new GatewayController(_cluster);
        _controllers = new()
        {
            [Kinds.Namespaces] = new NamespaceController(_cluster),
            [Kinds.Nodes] = _nodes,
            [Kinds.RuntimeClasses] = _nodes,
            [Kinds.ResourceQuotas] = new ResourceQuotaController(_cluster),
            [Kinds.Services] = new EndpointsController(_cluster),
            [Kinds.Deployments] = new DeploymentController(_cluster),
            [Kinds.ReplicaSets] = new ReplicaSetController(_cluster),
            [Kinds.StatefulSets] = new StatefulSetController(_cluster),
            [Kinds.PersistentVolumeClaims] = new ClaimController(_cluster),
            [Kinds.PersistentVolumes] = new VolumeController(_cluster),
            [Kinds.HorizontalPodAutoscalers] = new AutoscalerController(_cluster),
            [Kinds.Gateways] = gateways,
            [Kinds.HttpRoutes] = gateways,
            [Kinds.Jobs] = _jobs,
            [Kinds.CronJobs] = new CronJobController(_cluster),
            [Kinds.Pods] = new Kubelet(_cluster),
        };
        _cluster.Store.Load();
        _cluster.Store.Changed = OnChange;
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
    public void AddNode(NodeSpec node) => _cluster.Execute(() => _nodes.Add(node));

    /// <summary>Removes a node and its pods; their controllers create new ones on other nodes.</summary>
    public void RemoveNode(string name) => _cluster.Execute(() => _nodes.Remove(name));

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
            OnChange(new(item.Revision, item.Key, null, item));
        }

        foreach (var name in (string[])["default", "kube-node-lease", "kube-public", "kube-system"])
        {
            if (_cluster.Store.Find(Kinds.Namespaces, "", name) is null)
            {
                _cluster.Registry.Create(Kinds.Namespaces, "", JsonTemplate.Fill($$"""{"metadata":{"name":{{name}} } }"""));
            }
        }

        StorageAddOn.Install(_cluster);
    }

    /// <summary>Enqueues every object whose controller a change may affect.</summary>
    private void OnChange(Change change)
    {
        var (store, kind, ns) = (_cluster.Store, change.Key.Kind, change.Key.Namespace);
        if (kind == Kinds.Events)
        {
            return;
        }

        _scheduler.OnChange(change);
        _garbage.OnChange(change);
        Enqueue(change.Key);
        if ((change.After ?? change.Before)!.ControllerUid is { } uid && store.FindByUid(uid) is { } controller)
        {
            Enqueue(controller.Key);
        }

        // The kubelet skips pods until their node is ready.
        if (kind == Kinds.Nodes && change.After?.IsReady != change.Before?.IsReady)
        {
            EnqueueAll(_nodes.PodsOn(change.Key.Name));
        }

        if (kind == Kinds.Pods)
        {
            OnPodChange(change);
        }

        if (kind == Kinds.ConfigMaps || kind == Kinds.Secrets)
        {
            EnqueueAll(store.List(Kinds.Pods, ns));
        }

        if (kind == Kinds.Deployments || kind == Kinds.StatefulSets || kind == Kinds.ReplicaSets)
        {
            EnqueueAll(store.List(Kinds.HorizontalPodAutoscalers, ns));
        }

        if (kind == Kinds.Gateways || kind == Kinds.HttpRoutes || kind == Kinds.Services || kind == Kinds.Namespaces)
        {
            EnqueueAll(store.List(Kinds.Gateways).Concat(store.List(Kinds.HttpRoutes)));
        }

        EnqueueStorage(change);
        if (ns.Length > 0)
        {
            EnqueueAll(store.List(Kinds.ResourceQuotas, ns));
        }

        if (store.Find(Kinds.Namespaces, "", ns) is { IsTerminating: true })
        {
            Enqueue(new(Kinds.Namespaces, "", ns));
        }
    }

    private void OnPodChange(Change change)
    {
        EnqueueAll(_cluster.Store.List(Kinds.Services, change.Key.Namespace));
        var pod = (change.After ?? change.Before)!;
        if (change.After is not null && pod.HasFinalizer(JobController.Finalizer))
        {
            _cluster.Enqueue(_jobs, change.Key);
        }

        var claims = PodVolumes.Claims(pod).ToList();
        claims.ForEach(c => Enqueue(new(Kinds.PersistentVolumeClaims, change.Key.Namespace, c.Claim)));
        if (claims.Exists(c => c.IsEphemeral))
        {
            _cluster.Enqueue(_ephemeralVolumes, change.Key);
        }
    }

    /// <summary>Enqueues the volume of a claim, and the claims that wait for a volume or class or have this volume.</summary>
    private void EnqueueStorage(Change change)
    {
        var kind = change.Key.Kind;
        if (kind == Kinds.PersistentVolumeClaims && (change.After ?? change.Before)!.Json.GetString("spec", "volumeName") is { } volume)
        {
            Enqueue(new(Kinds.PersistentVolumes, "", volume));
        }

        if (kind == Kinds.PersistentVolumes || kind == Kinds.StorageClasses)
        {
            EnqueueAll(_cluster.Store.List(Kinds.PersistentVolumeClaims)
                .Where(c => !ClaimController.IsBound(c) || c.Json.GetString("spec", "volumeName") == change.Key.Name));
        }
    }

    private void EnqueueAll(IEnumerable<StoredObject> items)
    {
        foreach (var item in items)
        {
            Enqueue(item.Key);
        }
    }

    private void Enqueue(ObjectKey key)
    {
        if (_controllers.TryGetValue(key.Kind, out var controller))
        {
            _cluster.Enqueue(controller, key);
        }
    }
}
