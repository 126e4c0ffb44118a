namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Makes room for a pod by deleting pods of lower priority, as the default scheduler does: on the node where the highest priority among the
/// victims is lowest, and no more of them than needed.
/// </summary>
internal sealed class Preemption(Cluster cluster)
{
    /// <summary>Pods below it start no node and keep none (cluster autoscaler, <c>--expendable-pods-priority-cutoff</c>).</summary>
    private const long ExpendableCutoff = -10;

    private const string Component = "default-scheduler";

    /// <summary>The pods that have a node, by their priority.</summary>
    private readonly SortedDictionary<long, Dictionary<ObjectKey, NodeCapacity>> _bound = [];

    public static long PriorityOf(StoredObject pod) => pod.Json.GetInteger("spec", "priority") ?? 0;

    public static bool IsExpendable(StoredObject pod) => PriorityOf(pod) < ExpendableCutoff;

    /// <summary>Whether room is being made for a pod that has no node yet.</summary>
    public static bool IsNominated(StoredObject pod) => pod.Json.GetString("status", "nominatedNodeName") is { Length: > 0 };

    public void Add(StoredObject pod, NodeCapacity node)
    {
        var priority = PriorityOf(pod);
        if (!_bound.TryGetValue(priority, out var pods))
        {
            _bound[priority] = pods = [];
        }

        pods[pod.Key] = node;
    }

    public void Remove(StoredObject pod)
    {
        if (_bound.TryGetValue(PriorityOf(pod), out var pods) && pods.Remove(pod.Key) && pods.Count == 0)
        {
            _bound.Remove(PriorityOf(pod));
        }
    }

    public int CountExpendable(NodeCapacity node) => _bound.TakeWhile(p => p.Key < ExpendableCutoff).Sum(p => p.Value.Count(b => b.Value == node));

    /// <summary>Deletes the victims on the best node; those that are being deleted already only have to go.</summary>
    /// <returns>The node; null if no pods of lower priority are enough, or if the pod never preempts.</returns>
    public string? MakeRoom(StoredObject pod, PodRequirements requirements)
    {
        var priority = PriorityOf(pod);
        if (_bound.Count == 0 || _bound.First().Key >= priority || pod.Json.GetString("spec", "preemptionPolicy") == "Never")
        {
            return null;
        }

        var plans =
            from bound in _bound.TakeWhile(p => p.Key < priority).SelectMany(p => p.Value)
            group cluster.Store.Get(bound.Key) by bound.Value into node
            let victims = FindVictims(node.Key, [.. node], requirements)
            where victims.Count > 0
            orderby victims.Max(PriorityOf), victims.Sum(PriorityOf), victims.Count, node.Key.Name
            select (node.Key.Name, victims);
        var (name, chosen) = plans.FirstOrDefault();
        foreach (var victim in (chosen ?? []).Where(v => !v.IsTerminating))
        {
            cluster.Events.Normal(victim, "Preempted", $"Preempted by pod {pod.Uid} on node {name}", Component);
            cluster.Registry.Delete(victim, new());
        }

        return name;
    }

    /// <summary>The pods that must go; none if the pod would not fit without all of them, or fits with all.</summary>
    private static List<StoredObject> FindVictims(NodeCapacity node, List<StoredObject> lower, PodRequirements requirements)
    {
        lower.ForEach(p => node.AdjustUsage(p.Resources, -1));
        var fits = node.GetRejectionReason(requirements) is null;
        var victims = new List<StoredObject>();
        foreach (var pod in lower.OrderBy(p => p.IsTerminating).ThenByDescending(PriorityOf).ThenBy(p => $"{p.Key}", StringComparer.Ordinal))
        {
            node.AdjustUsage(pod.Resources, 1);
            if (fits && (pod.IsTerminating || node.GetRejectionReason(requirements) is not null))
            {
                victims.Add(pod);
                node.AdjustUsage(pod.Resources, -1);
            }
        }

        victims.ForEach(p => node.AdjustUsage(p.Resources, 1));
        return victims;
    }
}
