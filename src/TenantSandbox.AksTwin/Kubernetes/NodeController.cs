using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Registers the nodes of the agent pools, makes them Ready, installs the Kata RuntimeClass, and clears away what lay on a lost node.</summary>
internal sealed class NodeController(Cluster cluster) : IController
{
    private const string NeverReady = "twin.tenantsandbox.dev/never-ready";
    private const string NotReadyTaint = "node.kubernetes.io/not-ready";
    private const string CordonTaint = "node.kubernetes.io/unschedulable";
    private const string PoolTaints = "twin.tenantsandbox.dev/pool-taints";

    private readonly Dictionary<string, DateTimeOffset> _readyAt = new(StringComparer.Ordinal);

    public void Add(NodeSpec spec)
    {
        var key = new ObjectKey(Kinds.Nodes, "", spec.Name);
        var json = Shape(spec);
        if (cluster.Store.Find(key) is { } live)
        {
            Update(live, json);
        }
        else
        {
            json.Ensure("spec").EnsureArray("taints").Add(new JsonObject { ["key"] = NotReadyTaint, ["effect"] = "NoSchedule", ["timeAdded"] = cluster.Now.Stamp() });
            var conditions = json.Ensure("status").EnsureArray("conditions");
            foreach (var (type, reason, message) in ((string, string, string)[])
                [("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"), ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"), ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available")])
                Condition.Set(conditions, type, "False", reason, message, cluster.Now);
            Condition.Set(conditions, "Ready", "False", "KubeletNotReady", "container runtime network not ready: cni plugin not initialized", cluster.Now);
            live = cluster.Registry.Create(Kinds.Nodes, "", json);
            cluster.Events.Normal(live, "RegisteredNode", $"Node {spec.Name} event: Registered Node {spec.Name} in Controller", "node-controller");
        }

        if (spec.RuntimeClass is not null)
            InstallRuntimeClass(spec.RuntimeClass);
        _readyAt[spec.Name] = cluster.Now + cluster.Timing.NodeReady;
        cluster.Enqueue(this, key);
    }

    public void Remove(string name)
    {
        if (cluster.Store.Find(Kinds.Nodes, "", name) is not { } node)
            return;
        cluster.Events.Normal(node, "RemovingNode", $"Node {name} event: Removing Node {name} from Controller", "node-controller");
        cluster.Registry.Delete(node, new());
    }

    /// <summary>A registered node gets Ready; the pods of one that is gone go with it.</summary>
    public void Reconcile(ObjectKey key)
    {
        if (key.Kind == Kinds.RuntimeClasses)
        {
            // The add-on manager puts the stock class back; a class of one's own is the way to change it.
            if (cluster.Store.List(Kinds.Nodes).Any(n => n.Json.Text("metadata", "labels", $"kubernetes.azure.com/{key.Name}") == "true"))
                InstallRuntimeClass(key.Name);
            return;
        }

        if (cluster.Store.Find(key) is not { } node)
        {
            _readyAt.Remove(key.Name);
            foreach (var pod in PodsOn(key.Name))
                cluster.Registry.Delete(pod, new(GracePeriod: 0));
            return;
        }

        var cordoned = node.Json.Flag("spec", "unschedulable") is true;
        if (cordoned != node.Json.Items("spec", "taints").Any(t => t.Text("key") == CordonTaint))
        {
            node = cluster.Registry.Edit(node, json =>
            {
                json.Ensure("spec").EnsureArray("taints").RemoveAll(t => t.Text("key") == CordonTaint);
                if (cordoned)
                    json.Ensure("spec").EnsureArray("taints").Add(new JsonObject { ["key"] = CordonTaint, ["effect"] = "NoSchedule", ["timeAdded"] = cluster.Now.Stamp() });
                else if (json["spec"]!["taints"] is JsonArray { Count: 0 })
                    json.Ensure("spec").Remove("taints");
            });
        }

        var ready = node.Json.Text("metadata", "annotations", NeverReady) != "true";
        if (!ready || Condition.Status(node.Json, "Ready") == "True")
            return;
        if (_readyAt.TryGetValue(key.Name, out var due) && due > cluster.Now)
        {
            cluster.EnqueueAfter(this, key, due - cluster.Now);
            return;
        }

        cluster.Registry.Edit(node, json =>
        {
            json.Ensure("spec").EnsureArray("taints").RemoveAll(t => t.Text("key") == NotReadyTaint);
            if (json["spec"]!["taints"] is JsonArray { Count: 0 })
                json.Ensure("spec").Remove("taints");
            Condition.Set(json.Ensure("status").EnsureArray("conditions"), "Ready", "True", "KubeletReady", "kubelet is posting ready status", cluster.Now);
        });
        cluster.Events.Normal(node, "NodeReady", $"Node {key.Name} status is now: NodeReady", "kubelet");
    }

    public List<StoredObject> PodsOn(string node) => [.. cluster.Store.List(Kinds.Pods).Where(p => p.Json.Text("spec", "nodeName") == node)];

    /// <summary>A Node as AKS registers it.</summary>
    public static JsonObject Shape(NodeSpec spec)
    {
        var (cpu, memory) = spec.Size.Allocatable(spec.MaxPods);
        var annotations = new JsonObject { ["twin.tenantsandbox.dev/twin"] = "this node belongs to a twin of AKS; no VM stands behind it", [PoolTaints] = string.Join(',', spec.Taints) };
        if (spec.NeverReady)
            annotations[NeverReady] = "true";
        JsonObject Room(string cpus, long bytes) => new()
        {
            ["cpu"] = cpus,
            ["memory"] = $"{bytes / 1024}Ki",
            ["pods"] = $"{spec.MaxPods}",
            ["ephemeral-storage"] = "129886128Ki",
        };
        return new()
        {
            ["metadata"] = new JsonObject { ["name"] = spec.Name, ["labels"] = spec.Labels.ToJson(), ["annotations"] = annotations },
            ["spec"] = new JsonObject { ["providerID"] = $"azure:///twin/virtualMachineScaleSets/{spec.Name}", ["taints"] = spec.Taints.Select(Taint).ToJson() },
            ["status"] = new JsonObject
            {
                ["capacity"] = Room($"{spec.Size.VCpus}", spec.Size.MemoryBytes),
                ["allocatable"] = Room($"{cpu}m", memory),
                ["addresses"] = new JsonArray(new JsonObject { ["type"] = "Hostname", ["address"] = spec.Name }, new JsonObject { ["type"] = "InternalIP", ["address"] = $"10.224.{Names.Uid(spec.Name)[0] % 200}.{Names.Uid(spec.Name)[1] + 4}" }),
                ["nodeInfo"] = new JsonObject
                {
                    ["machineID"] = Names.Hex(spec.Name),
                    ["systemUUID"] = Names.Uid(spec.Name),
                    ["bootID"] = Names.Uid(spec.Name + "/boot"),
                    ["kernelVersion"] = spec.IsKata ? Kubelet.NodeKernel : Kubelet.PlainKernel,
                    ["osImage"] = "Microsoft Azure Linux 3.0",
                    ["containerRuntimeVersion"] = "containerd://2.2.4",
                    ["kubeletVersion"] = $"v{spec.KubernetesVersion}",
                    ["kubeProxyVersion"] = $"v{spec.KubernetesVersion}",
                    ["operatingSystem"] = "linux",
                    ["architecture"] = spec.Size.Arm64 ? "arm64" : "amd64",
                },
            },
        };
    }

    /// <summary>AKS owns the pool's labels and taints; what people added to the node stays.</summary>
    private void Update(StoredObject live, JsonObject shape) => cluster.Registry.Edit(live, json =>
    {
        var former = (json.Text("metadata", "annotations", PoolTaints) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(t => Taint(t).ToJsonString()).ToHashSet();
        foreach (var part in (string[])["labels", "annotations"])
        {
            foreach (var (key, value) in shape.Pairs("metadata", part))
                json.Ensure("metadata", part)[key] = value;
        }

        var taints = shape.At("spec", "taints")!.AsArray().Concat(json.Items("spec", "taints").Where(t => !former.Contains(t.ToJsonString())))
            .DistinctBy(t => t!.ToJsonString()).Select(t => t!.DeepClone()).ToList();
        json.Ensure("spec").Remove("taints");
        if (taints.Count > 0)
            json.Ensure("spec")["taints"] = taints.ToJson();
        foreach (var part in (string[])["capacity", "allocatable", "nodeInfo"])
            json.Ensure("status")[part] = shape["status"]![part]!.DeepClone();
    });

    private void InstallRuntimeClass(string name)
    {
        var json = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["addonmanager.kubernetes.io/mode"] = "Reconcile", ["kubernetes.io/cluster-service"] = "true" } },
            ["handler"] = "kata",
            ["scheduling"] = new JsonObject { ["nodeSelector"] = new JsonObject { [$"kubernetes.azure.com/{name}"] = "true" } },
        };
        if (name == "kata-vm-isolation")
            json["overhead"] = new JsonObject { ["podFixed"] = new JsonObject { ["memory"] = "600Mi" } };
        if (cluster.Store.Find(Kinds.RuntimeClasses, "", name) is not { } live)
        {
            cluster.Registry.Create(Kinds.RuntimeClasses, "", json);
            return;
        }

        cluster.Registry.Edit(live, now =>
        {
            foreach (var part in (string[])["handler", "scheduling", "overhead"])
            {
                now.Remove(part);
                if (json[part] is { } value)
                    now[part] = value.DeepClone();
            }
        });
    }

    private static JsonNode Taint(string text)
    {
        var (key, effect) = text.LastIndexOf(':') is var colon and > 0 ? (text[..colon], text[(colon + 1)..]) : (text, "NoSchedule");
        var equals = key.IndexOf('=', StringComparison.Ordinal);
        var taint = new JsonObject { ["key"] = equals < 0 ? key : key[..equals] };
        if (equals >= 0)
            taint["value"] = key[(equals + 1)..];
        taint["effect"] = effect;
        return taint;
    }
}
