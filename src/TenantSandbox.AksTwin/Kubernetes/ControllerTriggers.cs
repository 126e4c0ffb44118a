namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The controllers of the kinds, and which objects they look at again after a change.</summary>
internal sealed class ControllerTriggers(Cluster cluster, Scheduler scheduler, NodeController nodes)
{
    private readonly GarbageCollector _garbage = new(cluster);
    private readonly EphemeralVolumeController _ephemeralVolumes = new(cluster);

    /// <summary>The controller of each kind, run when an object of the kind or one that it aggregates changes.</summary>
    private readonly Dictionary<ResourceKind, IController> _controllers = CreateControllers(cluster, nodes);

    /// <summary>Enqueues every object whose controller a change may affect.</summary>
    public void OnChange(Change change)
    {
        var (store, kind, ns) = (cluster.Store, change.Key.Kind, change.Key.Namespace);
        if (kind == Kinds.Events)
        {
            return;
        }

        if (kind == Kinds.Nodes)
        {
            // Before pods that wait for a node: theirs are bound before it is ready.
            EnqueueAll(store.List(Kinds.DaemonSets));
        }

        scheduler.OnChange(change);
        _garbage.OnChange(change);
        Enqueue(change.Key);
        if ((change.After ?? change.Before)!.ControllerUid is { } uid && store.FindByUid(uid) is { } controller)
        {
            Enqueue(controller.Key);
        }

        // The kubelet skips pods until their node is ready.
        if (kind == Kinds.Nodes && change.After?.IsReady != change.Before?.IsReady)
        {
            EnqueueAll(nodes.PodsOn(change.Key.Name));
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
        EnqueueAll(cluster.Store.List(Kinds.Services, change.Key.Namespace));
        var pod = (change.After ?? change.Before)!;
        if (change.After is not null && pod.HasFinalizer(JobFinalizer.Name))
        {
            cluster.Enqueue(_controllers[Kinds.Jobs], change.Key);
        }

        // A Deployment that recreates its pods waits until the old ones are gone.
        if (change.After is null && cluster.Store.FindByUid(pod.ControllerUid ?? "")?.ControllerUid is { } owner
            && cluster.Store.FindByUid(owner) is { } deployment)
        {
            Enqueue(deployment.Key);
        }

        var claims = PodVolumes.Claims(pod).ToList();
        claims.ForEach(c => Enqueue(new(Kinds.PersistentVolumeClaims, change.Key.Namespace, c.Claim)));
        if (claims.Exists(c => c.IsEphemeral))
        {
            cluster.Enqueue(_ephemeralVolumes, change.Key);
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
            EnqueueAll(cluster.Store.List(Kinds.PersistentVolumeClaims)
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
            cluster.Enqueue(controller, key);
        }
    }

    private static Dictionary<ResourceKind, IController> CreateControllers(Cluster cluster, NodeController nodes)
    {
        var gateways = new GatewayController(cluster);
        return new()
        {
            [Kinds.Namespaces] = new NamespaceController(cluster),
            [Kinds.Nodes] = nodes,
            [Kinds.RuntimeClasses] = nodes,
            [Kinds.AdmissionPolicies] = new AdmissionPolicyStatusController(cluster),
            [Kinds.ResourceQuotas] = new ResourceQuotaController(cluster),
            [Kinds.Services] = new ServiceController(cluster),
            [Kinds.Deployments] = new DeploymentController(cluster),
            [Kinds.ReplicaSets] = new ReplicaSetController(cluster),
            [Kinds.StatefulSets] = new StatefulSetController(cluster),
            [Kinds.DaemonSets] = new DaemonSetController(cluster),
            [Kinds.PersistentVolumeClaims] = new ClaimController(cluster),
            [Kinds.PersistentVolumes] = new VolumeController(cluster),
            [Kinds.HorizontalPodAutoscalers] = new AutoscalerController(cluster),
            [Kinds.Gateways] = gateways,
            [Kinds.HttpRoutes] = gateways,
            [Kinds.Jobs] = new JobController(cluster),
            [Kinds.CronJobs] = new CronJobController(cluster),
            [Kinds.Pods] = new Kubelet(cluster),
        };
    }
}
