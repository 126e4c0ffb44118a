namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Registers the nodes of the agent pools, makes them Ready, installs the Kata RuntimeClass, and clears away what lay on a lost node.
/// </summary>
internal sealed class NodeController(Cluster cluster) : IController
{
    private const string NeverReady = "twin.tenantsandbox.dev/never-ready";
    private const string RuntimeClass = "kata-vm-isolation";
    private const string PoolTaints = "twin.tenantsandbox.dev/pool-taints";

    /// <summary>The class as AKS installs it.</summary>
    private static readonly JsonObject StockRuntimeClass = Json.Of($$"""
        {"metadata":{"name":{{RuntimeClass}},
            "labels":{"addonmanager.kubernetes.io/mode":"Reconcile","kubernetes.io/cluster-service":"true"} },
        "handler":"kata","overhead":{"podFixed":{"memory":"600Mi"} },
        "scheduling":{"nodeSelector":{ {{NodeSpec.KataLabel}}:"true"} } }
        """);

    private readonly Dictionary<string, DateTimeOffset> _readyAt = new(StringComparer.Ordinal);

    public void Add(NodeSpec spec)
    {
        var (key, shape) = (new ObjectKey(Kinds.Nodes, "", spec.Name), Shape(spec));
        if (cluster.Store.Find(key) is { } live)
        {
            cluster.Registry.Edit(live, json => Update(json, shape));
        }
        else
        {
            SetTaint(shape, "not-ready", true);
            live = cluster.Registry.Create(Kinds.Nodes, "", shape);
            var registered = $"Node {spec.Name} event: Registered Node {spec.Name} in Controller";
            cluster.Events.Normal(live, "RegisteredNode", registered, "node-controller");
        }

        if (spec.IsKata)
        {
            InstallRuntimeClass();
        }

        _readyAt[spec.Name] = cluster.Now + cluster.Timing.NodeReady;
        cluster.Enqueue(this, key);
    }

    public void Remove(string name)
    {
        if (cluster.Store.Find(Kinds.Nodes, "", name) is not { } node)
        {
            return;
        }

        cluster.Events.Normal(node, "RemovingNode", $"Node {name} event: Removing Node {name} from Controller", "node-controller");
        cluster.Registry.Delete(node, new());
    }

    /// <summary>A registered node gets Ready; the pods of one that is gone go with it.</summary>
    public void Reconcile(ObjectKey key)
    {
        if (key.Kind == Kinds.RuntimeClasses)
        {
            // The add-on manager puts the stock class back; a class of one's own is the way to change it.
            if (key.Name == RuntimeClass && cluster.Store.List(Kinds.Nodes).Any(IsKata))
            {
                InstallRuntimeClass();
            }
        }
        else if (cluster.Store.Find(key) is { } node)
        {
            Settle(node);
        }
        else
        {
            _readyAt.Remove(key.Name);
            foreach (var pod in PodsOn(key.Name).ToList())
            {
                cluster.Registry.Delete(pod, new(GracePeriod: 0));
            }
        }
    }

    public IEnumerable<StoredObject> PodsOn(string node) => cluster.Store.List(Kinds.Pods).Where(p => p.NodeName == node);

    /// <summary>Whether pods can have VMs of their own on a node.</summary>
    public static bool IsKata(StoredObject node) => node.Json.Text("metadata", "labels", NodeSpec.KataLabel) == "true";

    /// <summary>A Node as AKS registers it.</summary>
    public JsonObject Shape(NodeSpec spec)
    {
        var (cpu, memory) = spec.Size.Allocatable(spec.MaxPods);
        var (id, version, now) = (Names.Uid(spec.Name), $"v{spec.KubernetesVersion}", cluster.Now.Stamp());
        return Json.Of($$"""
            {"metadata":{"name":{{spec.Name}},"labels":{{spec.Labels.ToJson()}},"annotations":{
                "twin.tenantsandbox.dev/twin":"this node belongs to a twin of AKS; no VM stands behind it",
                {{PoolTaints}}:{{string.Join(',', spec.Taints)}},{{NeverReady}}:{{(spec.NeverReady ? "true" : null)}} } },
            "spec":{"providerID":{{$"azure:///twin/virtualMachineScaleSets/{spec.Name}"}},"taints":{{spec.Taints.Select(Taint)}} },
            "status":{
                "capacity":{{Room($"{spec.Size.VCpus}", spec.Size.MemoryBytes)}},"allocatable":{{Room($"{cpu}m", memory)}},
                "addresses":[{"type":"Hostname","address":{{spec.Name}} },
                    {"type":"InternalIP","address":{{Names.Address("10.224", spec.Name)}} }],
                "conditions":[{{Not("MemoryPressure", "KubeletHasSufficientMemory")}},{{Not("DiskPressure", "KubeletHasNoDiskPressure")}},
                    {{Not("PIDPressure", "KubeletHasSufficientPID")}},{{Not("Ready", "KubeletNotReady")}}],
                "nodeInfo":{"machineID":{{Names.Hex(spec.Name)}},"systemUUID":{{id}},"bootID":{{id}},
                    "kernelVersion":{{(spec.IsKata ? Kubelet.NodeKernel : Kubelet.PlainKernel)}},"osImage":"Microsoft Azure Linux 3.0",
                    "containerRuntimeVersion":"containerd://2.2.4","kubeletVersion":{{version}},"kubeProxyVersion":{{version}},
                    "operatingSystem":"linux","architecture":{{(spec.Size.Arm64 ? "arm64" : "amd64")}} } } }
            """);

        JsonObject Not(string condition, string reason) => Json.Of(
            $$"""{"type":{{condition}},"status":"False","reason":{{reason}},"lastHeartbeatTime":{{now}},"lastTransitionTime":{{now}} }""");

        JsonObject Room(string cpus, long bytes) => Json.Of(
            $$"""{"cpu":{{cpus}},"memory":{{$"{bytes / 1024}Ki"}},"pods":{{$"{spec.MaxPods}"}},"ephemeral-storage":"129886128Ki"}""");
    }

    private void Settle(StoredObject node)
    {
        var canBeReady = !node.IsReady && node.Json.Text("metadata", "annotations", NeverReady) is null;
        var wait = _readyAt.GetValueOrDefault(node.Key.Name) - cluster.Now;
        var getsReady = canBeReady && wait <= TimeSpan.Zero;
        cluster.Registry.Edit(node, json =>
        {
            SetTaint(json, "unschedulable", json.Flag("spec", "unschedulable") is true);
            if (!getsReady)
            {
                return;
            }

            SetTaint(json, "not-ready", false);
            Condition.Set(json, cluster.Now, "Ready", true, "KubeletReady", "kubelet is posting ready status");
        });
        if (getsReady)
        {
            cluster.Events.Normal(node, "NodeReady", $"Node {node.Key.Name} status is now: NodeReady", "kubelet");
        }
        else if (canBeReady)
        {
            cluster.EnqueueAfter(this, node.Key, wait);
        }
    }

    private void SetTaint(JsonObject node, string what, bool has)
    {
        var key = $"node.kubernetes.io/{what}";
        if (has == node.Items("spec", "taints").Any(t => t.Text("key") == key))
        {
            return;
        }

        node.Ensure("spec").Change("taints", taints =>
        {
            taints.RemoveAll(t => t.Text("key") == key);
            if (has)
            {
                taints.Add(Json.Of($$"""{"key":{{key}},"effect":"NoSchedule","timeAdded":{{cluster.Now.Stamp()}} }"""));
            }
        });
    }

    /// <summary>AKS owns the pool's labels and taints; what people added to the node stays.</summary>
    private static void Update(JsonObject node, JsonObject shape)
    {
        var former = $"{node.At("metadata", "annotations", PoolTaints)}".Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Taint);
        var own = node.Items("spec", "taints").Where(t => !former.Any(f => JsonNode.DeepEquals(f, t)));
        var taints = own.Concat(shape.Items("spec", "taints")).Select(t => t.DeepClone()).ToJson();
        node.Ensure("spec").Put("taints", taints.Count > 0 ? taints : null);
        foreach (var part in (string[])["labels", "annotations"])
        {
            foreach (var (key, value) in shape.Pairs("metadata", part))
            {
                node.Ensure("metadata", part)[key] = value;
            }
        }

        node.Ensure("status").PutAll(shape.Object("status"), "capacity", "allocatable", "nodeInfo");
    }

    private void InstallRuntimeClass()
    {
        if (cluster.Store.Find(Kinds.RuntimeClasses, "", RuntimeClass) is not { } live)
        {
            cluster.Registry.Create(Kinds.RuntimeClasses, "", StockRuntimeClass.Copy());
        }
        else
        {
            cluster.Registry.Edit(live, json => json.PutAll(StockRuntimeClass, "handler", "overhead", "scheduling"));
        }
    }

    /// <param name="text">As AKS writes it: <c>key=value:Effect</c>.</param>
    private static JsonObject Taint(string text)
    {
        var (colon, equals) = (text.LastIndexOf(':'), text.IndexOf('=', StringComparison.Ordinal));
        var key = equals < 0 ? text[..colon] : text[..equals];
        var value = equals < 0 ? null : text[(equals + 1)..colon];
        return Json.Of($$"""{"key":{{key}},"value":{{value}},"effect":{{text[(colon + 1)..]}} }""");
    }
}
