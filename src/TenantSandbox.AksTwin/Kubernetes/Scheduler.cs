namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Binds pods to nodes by the filters of the default scheduler (cordon, taints, node selector, required node affinity, resources with
/// overhead, pod count), preferring the node with the most free resources. Where none fits, pods of lower priority are displaced.
/// </summary>
internal sealed class Scheduler(Cluster cluster) : IController
{
    private const string Component = "default-scheduler";

    /// <summary>Queue key for all unschedulable pods, which are retried when capacity may have become available.</summary>
    private static readonly ObjectKey AllUnschedulablePods = new(Kinds.Nodes, "", "");

    private readonly SortedDictionary<string, NodeCapacity> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, NodeCapacity> _boundPods = [];
    private readonly HashSet<ObjectKey> _unschedulable = [];
    private readonly Preemption _preemption = new(cluster);

    /// <summary>See <see cref="KubernetesTwin.DemandChanged"/>.</summary>
    public event Action? DemandChanged;

    /// <summary>The unschedulable pods, ordered by priority and creation.</summary>
    private List<StoredObject> Unschedulable => [.. _unschedulable.Select(cluster.Store.Get)
        .OrderByDescending(Preemption.PriorityOf).ThenBy(p => p.Json.GetTime("metadata", "creationTimestamp")).ThenBy(p => $"{p.Key}", StringComparer.Ordinal)];

    public void Reconcile(ObjectKey key)
    {
        if (key == AllUnschedulablePods)
        {
            Unschedulable.ForEach(Schedule);
        }
        else
        {
            Schedule(cluster.Store.Find(key));
        }
    }

    /// <summary>Updates the usage of nodes and enqueues pods that may become schedulable.</summary>
    public void OnChange(Change change)
    {
        if (change.Key.Kind == Kinds.Nodes)
        {
            OnNodeChange(change.Key.Name, change.After);
        }
        else if (change.Key.Kind == Kinds.Pods)
        {
            OnPodChange(change);
        }
        else if (change.Key.Kind == Kinds.PersistentVolumeClaims)
        {
            foreach (var pod in cluster.Store.List(Kinds.Pods, change.Key.Namespace)
                .Where(p => p.NodeName is null && PodVolumes.Claims(p).Any(c => c.Claim == change.Key.Name)))
            {
                cluster.Enqueue(this, pod.Key);
            }
        }
    }

    /// <summary>See <see cref="KubernetesTwin.CountNodesNeeded"/>.</summary>
    public int CountNodesNeeded(JsonObject template, int limit)
    {
        var added = new List<NodeCapacity>();
        foreach (var pod in Unschedulable.Where(p => !Preemption.IsExpendable(p) && !Preemption.IsNominated(p)))
        {
            var requirements = new PodRequirements(pod, PodClaims.Find(cluster.Store, pod));
            if (requirements.Claims.Blocker is not null)
            {
                continue;
            }

            var node = added.Find(n => n.GetRejectionReason(requirements) is null);
            var candidate = new NodeCapacity(template);
            if (node is null && added.Count < limit && candidate.GetRejectionReason(requirements) is null)
            {
                added.Add(node = candidate);
            }

            node?.AdjustUsage(pod.Resources, 1);
        }

        return added.Count;
    }

    public bool IsIdle(string node) => _nodes.TryGetValue(node, out var capacity) && capacity.PodCount == _preemption.CountExpendable(capacity);

    private void OnNodeChange(string name, StoredObject? after)
    {
        if (after is null)
        {
            _nodes.Remove(name);
        }
        else if (_nodes.TryGetValue(name, out var capacity))
        {
            capacity.Update(after.Json);
        }
        else
        {
            _nodes[name] = new(after.Json);
        }

        cluster.Enqueue(this, AllUnschedulablePods);
    }

    private void OnPodChange(Change change)
    {
        var node = change.After is null or { HasEnded: true } ? null : change.After.NodeName;
        if (node is not null && !_boundPods.ContainsKey(change.Key) && _nodes.TryGetValue(node, out var capacity))
        {
            capacity.AdjustUsage(change.After!.Resources, 1);
            _boundPods[change.Key] = capacity;
            _preemption.Add(change.After, capacity);
        }
        else if (node is null && _boundPods.Remove(change.Key, out var previous))
        {
            previous.AdjustUsage(change.Before!.Resources, -1);
            _preemption.Remove(change.Before);
            DemandChanged?.Invoke();
            cluster.Enqueue(this, AllUnschedulablePods);
        }

        if (change.After is null || node is not null)
        {
            _unschedulable.Remove(change.Key);
        }
        else if (change.Before is null)
        {
            cluster.Enqueue(this, change.Key);
        }
    }

    private void Schedule(StoredObject? pod)
    {
        if (pod is not { IsTerminating: false, NodeName: null })
        {
            return;
        }

        var requirements = new PodRequirements(pod, PodClaims.Find(cluster.Store, pod));
        if (requirements.Claims.Blocker is { } blocker)
        {
            MarkUnschedulable(pod, $"0/{_nodes.Count} nodes are available: {blocker}.");
            return;
        }

        var candidates = _nodes.Values.ToLookup(node => node.GetRejectionReason(requirements));
        if (candidates[null].MaxBy(node => node.FreeShare) is { } best)
        {
            // With claims that wait for a node, the pod is scheduled again when they are bound.
            requirements.Claims.Waiting.ForEach(claim => SelectNode(claim, best.Name));
            if (requirements.Claims.Waiting.Count == 0)
            {
                Bind(pod, best.Name);
            }
        }
        else if (_nodes.Count == 0)
        {
            MarkUnschedulable(pod, "no nodes available to schedule pods");
        }
        else
        {
            var reasons = string.Join(", ", candidates.Select(reason => $"{reason.Count()} {reason.Key}").Order());
            MarkUnschedulable(pod, $"0/{_nodes.Count} nodes are available: {reasons}.", _preemption.MakeRoom(pod, requirements));
        }
    }

    private void SelectNode(StoredObject claim, string node) => cluster.Registry.Modify(claim, json =>
        json.EnsureObject("metadata", "annotations").SetDefault(PodClaims.SelectedNode, node));

    private void Bind(StoredObject pod, string node)
    {
        cluster.Registry.Modify(pod, json =>
        {
            json.EnsureObject("spec")["nodeName"] = node;
            Condition.Set(json, cluster.Now, "PodScheduled", true);
        });
        var message = $"Successfully assigned {pod.Key.Namespace}/{pod.Key.Name} to {node}";
        cluster.Events.Normal(pod, "Scheduled", message, Component);
    }

    private void MarkUnschedulable(StoredObject pod, string reason, string? nominated = null)
    {
        if (_unschedulable.Add(pod.Key))
        {
            DemandChanged?.Invoke();
        }

        var updated = cluster.Registry.Modify(pod, json =>
        {
            Condition.Set(json, cluster.Now, "PodScheduled", false, "Unschedulable", reason);
            json.EnsureObject("status").SetOrRemove("nominatedNodeName", nominated);
        });
        if (updated != pod)
        {
            cluster.Events.Warning(pod, "FailedScheduling", reason, Component);
        }
    }
}
