namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Registers the nodes of agent pools, marks them Ready, installs the Kata RuntimeClass and deletes the pods of removed nodes.
/// </summary>
internal sealed class NodeController(Cluster cluster) : IController
{
    private const string RuntimeClassName = "kata-vm-isolation";

    /// <summary>The RuntimeClass as AKS installs it.</summary>
    private static readonly JsonObject StockRuntimeClass = JsonTemplate.Fill($$"""
        {"metadata":{"name":{{RuntimeClassName}},
            "labels":{"addonmanager.kubernetes.io/mode":"Reconcile","kubernetes.io/cluster-service":"true"} },
        "handler":"kata","overhead":{"podFixed":{"memory":"600Mi"} },
        "scheduling":{"nodeSelector":{ {{NodeSpec.KataLabel}}:"true"} } }
        """);

    private readonly Dictionary<string, DateTimeOffset> _readyAt = new(StringComparer.Ordinal);

    public void Add(NodeSpec spec)
    {
        var (key, built) = (new ObjectKey(Kinds.Nodes, "", spec.Name), NodeBuilder.Build(spec, cluster.Now));
        if (cluster.Store.Find(key) is { } live)
        {
            cluster.Registry.Modify(live, json => UpdateFromPool(json, built));
        }
        else
        {
            SetTaint(built, "not-ready", true);
            live = cluster.Registry.Create(Kinds.Nodes, "", built);
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

    /// <summary>Marks a registered node Ready; deletes the pods of a removed node.</summary>
    public void Reconcile(ObjectKey key)
    {
        if (key.Kind == Kinds.RuntimeClasses)
        {
            // The add-on manager reverts changes to the stock class.
            if (key.Name == RuntimeClassName && cluster.Store.List(Kinds.Nodes).Any(IsKata))
            {
                InstallRuntimeClass();
            }
        }
        else if (cluster.Store.Find(key) is { } node)
        {
            UpdateReadiness(node);
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

    /// <summary>Whether a node can run Kata pods.</summary>
    public static bool IsKata(StoredObject node) => node.Json.GetString("metadata", "labels", NodeSpec.KataLabel) == "true";

    private void UpdateReadiness(StoredObject node)
    {
        var canBeReady = !node.IsReady && node.Json.GetString("metadata", "annotations", NodeBuilder.NeverReadyAnnotation) is null;
        var wait = _readyAt.GetValueOrDefault(node.Key.Name) - cluster.Now;
        var becomesReady = canBeReady && wait <= TimeSpan.Zero;
        cluster.Registry.Modify(node, json =>
        {
            SetTaint(json, "unschedulable", json.GetBoolean("spec", "unschedulable") is true);
            if (!becomesReady)
            {
                return;
            }

            SetTaint(json, "not-ready", false);
            Condition.Set(json, cluster.Now, "Ready", true, "KubeletReady", "kubelet is posting ready status");
        });
        if (becomesReady)
        {
            cluster.Events.Normal(node, "NodeReady", $"Node {node.Key.Name} status is now: NodeReady", "kubelet");
        }
        else if (canBeReady)
        {
            cluster.EnqueueAfter(this, node.Key, wait);
        }
    }

    private void SetTaint(JsonObject node, string name, bool isSet)
    {
        var key = $"node.kubernetes.io/{name}";
        if (isSet == node.GetObjects("spec", "taints").Any(t => t.GetString("key") == key))
        {
            return;
        }

        node.EnsureObject("spec").EditArray("taints", taints =>
        {
            taints.RemoveAll(t => t.GetString("key") == key);
            if (isSet)
            {
                taints.Add(JsonTemplate.Fill($$"""{"key":{{key}},"effect":"NoSchedule","timeAdded":{{cluster.Now.ToTimestamp()}} }"""));
            }
        });
    }

    /// <summary>Replaces the pool's labels and taints; labels and taints that users added to the node stay.</summary>
    private static void UpdateFromPool(JsonObject node, JsonObject built)
    {
        var previous = $"{node.GetNode("metadata", "annotations", NodeBuilder.PoolTaintsAnnotation)}"
            .Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(NodeBuilder.ParseTaint);
        var userTaints = node.GetObjects("spec", "taints").Where(t => !previous.Any(f => JsonNode.DeepEquals(f, t)));
        var taints = userTaints.Concat(built.GetObjects("spec", "taints")).Select(t => t.DeepClone()).ToJson();
        node.EnsureObject("spec").SetOrRemove("taints", taints.Count > 0 ? taints : null);
        foreach (var part in (string[])["labels", "annotations"])
        {
            foreach (var (key, value) in built.GetStringMap("metadata", part))
            {
                node.EnsureObject("metadata", part)[key] = value;
            }
        }

        node.EnsureObject("status").CopyProperties(built.GetObject("status"), "capacity", "allocatable", "nodeInfo");
    }

    private void InstallRuntimeClass()
    {
        if (cluster.Store.Find(Kinds.RuntimeClasses, "", RuntimeClassName) is not { } live)
        {
            cluster.Registry.Create(Kinds.RuntimeClasses, "", StockRuntimeClass.Copy());
        }
        else
        {
            cluster.Registry.Modify(live, json => json.CopyProperties(StockRuntimeClass, "handler", "overhead", "scheduling"));
        }
    }
}
