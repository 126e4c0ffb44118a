namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Keeps one pod of a DaemonSet on each node that its template may run on. The scheduler binds them, also to nodes that aren't ready.</summary>
internal sealed class DaemonSetController(Cluster cluster) : IController
{
    private const string Component = "daemonset-controller";
    private const string HashLabel = "controller-revision-hash";

    /// <summary>What every pod of a DaemonSet tolerates (Kubernetes documentation, "DaemonSet: Taints and tolerations").</summary>
    private static readonly (string Key, string Effect)[] Tolerated =
    [
        ("not-ready", "NoExecute"), ("unreachable", "NoExecute"), ("disk-pressure", "NoSchedule"), ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"), ("unschedulable", "NoSchedule"),
    ];

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { IsTerminating: false } set)
        {
            return;
        }

        var template = TemplateOf(set);
        var hash = template.GetString("metadata", "labels", HashLabel);
        var sample = new StoredObject(new(Kinds.Pods, key.Namespace, ""), template, 0);
        var requirements = new PodRequirements(sample, new PodClaims(null, [], []));
        var nodes = cluster.Store.List(Kinds.Nodes).Where(n => new NodeCapacity(n.Json).GetMismatch(requirements) is null).Select(n => n.Key.Name).ToHashSet(StringComparer.Ordinal);
        var pods = PodsOf(set);
        // A pod that is being deleted keeps its node until it is gone.
        var missing = nodes.Except(pods.Select(NodeOf)).Order(StringComparer.Ordinal).ToList();
        var current = pods.Where(p => !p.IsTerminating && nodes.Contains(NodeOf(p)) && !p.HasEnded).DistinctBy(NodeOf).ToList();
        var outdated = current.Find(p => p.Json.GetString("metadata", "labels", HashLabel) != hash);
        var isRolling = set.Json.GetString("spec", "updateStrategy", "type") == "RollingUpdate";
        var canReplace = isRolling && outdated is not null && current.Count == nodes.Count && current.TrueForAll(p => p.IsReady || p == outdated);
        foreach (var pod in pods.Where(p => !p.IsTerminating && (!current.Contains(p) || (canReplace && p == outdated))))
        {
            cluster.Registry.Delete(pod, new());
            cluster.Events.Normal(set, "SuccessfulDelete", $"Deleted pod: {pod.Key.Name}", Component);
        }

        missing.ForEach(node => Create(set, template, node));
        UpdateStatus(set, nodes, hash);
    }

    private static JsonObject TemplateOf(StoredObject set)
    {
        var template = PodCreation.FromTemplate(set.Json.GetNode("spec", "template"));
        template.EnsureObject("metadata", "labels")[HashLabel] = DeterministicNames.Suffix(set.Json.GetNode("spec", "template")!.ToJsonString(), 10);
        template.EnsureObject("spec").EditArray("tolerations", tolerations =>
        {
            foreach (var (name, effect) in Tolerated)
            {
                var key = $"node.kubernetes.io/{name}";
                tolerations.Add(JsonTemplate.Fill($$"""{"key":{{key}},"operator":"Exists","effect":{{effect}} }"""));
            }
        });
        return template;
    }

    private void Create(StoredObject set, JsonObject template, string node)
    {
        var pod = template.Copy();
        pod.EnsureObject("metadata")["generateName"] = $"{set.Key.Name}-";
        // In place of node affinity of the template, which the node meets.
        pod.EnsureObject("spec", "affinity")["nodeAffinity"] = JsonTemplate.Fill($$"""
            {"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
                {"matchFields":[{"key":"metadata.name","operator":"In","values":[{{node}}]}]}]} }
            """);
        try
        {
            var created = cluster.CreatePod(set, pod);
            cluster.Events.Normal(set, "SuccessfulCreate", $"Created pod: {created.Key.Name}", Component);
        }
        catch (StatusException e)
        {
            cluster.Events.Warning(set, "FailedCreate", $"Error creating: {e.Message}", Component);
            throw;
        }
    }

    private void UpdateStatus(StoredObject set, HashSet<string> nodes, string? hash)
    {
        var pods = PodsOf(set).Where(p => !p.IsTerminating).ToList();
        var ready = pods.Count(p => p.IsReady);
        cluster.Registry.Modify(set, json => json["status"] = JsonTemplate.Fill($$"""
            {"currentNumberScheduled":{{pods.Select(NodeOf).Distinct().Count(nodes.Contains)}},"desiredNumberScheduled":{{nodes.Count}},
            "numberMisscheduled":{{pods.Count(p => !nodes.Contains(NodeOf(p)))}},"numberReady":{{ready}},
            "numberAvailable":{{JsonEditing.NullIfZero(ready)}},"numberUnavailable":{{JsonEditing.NullIfZero(Math.Max(0, nodes.Count - ready))}},
            "updatedNumberScheduled":{{JsonEditing.NullIfZero(pods.Count(p => p.Json.GetString("metadata", "labels", HashLabel) == hash))}},
            "observedGeneration":{{set.Json["metadata"]!["generation"]}} }
            """));
    }

    private List<StoredObject> PodsOf(StoredObject set) => [.. cluster.Store.Dependents(set.Uid).Where(p => p.Key.Kind == Kinds.Pods)];

    /// <summary>The node of a pod, or the one that it waits for.</summary>
    private static string NodeOf(StoredObject pod) => pod.NodeName ?? pod.Json.GetObject("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
        .GetObjects("nodeSelectorTerms").SelectMany(t => t.GetObjects("matchFields")).SelectMany(f => f.GetStrings("values")).FirstOrDefault() ?? "";
}
