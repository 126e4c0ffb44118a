namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Gives pods to nodes by the default scheduler's filters (cordon, taints, node selector and required affinity, room with overhead,
/// pod count), preferring the node with the most free room.
/// </summary>
internal sealed class Scheduler(Cluster cluster) : IController
{
    private const string Component = "default-scheduler";

    /// <summary>Stands for every waiting pod, to be looked at again when something got free.</summary>
    private static readonly ObjectKey Everything = new(Kinds.Nodes, "", "");

    private readonly SortedDictionary<string, NodeRoom> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, NodeRoom> _placed = [];
    private readonly HashSet<ObjectKey> _waiting = [];

    /// <summary>See <see cref="KubernetesTwin.DemandChanged"/>.</summary>
    public event Action? DemandChanged;

    /// <summary>In the order of their creation.</summary>
    private List<StoredObject> Waiting => [.. _waiting.Select(cluster.Store.Get)
        .OrderBy(p => p.Json.Time("metadata", "creationTimestamp")).ThenBy(p => $"{p.Key}", StringComparer.Ordinal)];

    public void Reconcile(ObjectKey key)
    {
        if (key == Everything)
        {
            Waiting.ForEach(Place);
        }
        else
        {
            Place(cluster.Store.Find(key));
        }
    }

    /// <summary>Keeps the books on rooms.</summary>
    public void Observe(Change change)
    {
        if (change.Key.Kind == Kinds.Nodes)
        {
            ObserveNode(change.Key.Name, change.Now);
        }
        else if (change.Key.Kind == Kinds.Pods)
        {
            ObservePod(change);
        }
    }

    /// <summary>See <see cref="KubernetesTwin.NodesNeeded"/>.</summary>
    public int NodesNeeded(JsonObject shape, int limit)
    {
        var rooms = new List<NodeRoom>();
        foreach (var pod in Waiting)
        {
            var demand = new PodDemand(pod);
            var room = rooms.Find(r => r.Refuses(demand) is null);
            if (room is null && rooms.Count < limit && new NodeRoom(shape) is var further && further.Refuses(demand) is null)
            {
                rooms.Add(room = further);
            }

            room?.Take(pod.Resources, 1);
        }

        return rooms.Count;
    }

    public bool IsIdle(string node) => _nodes.TryGetValue(node, out var room) && room.Pods == 0;

    private void ObserveNode(string name, StoredObject? now)
    {
        if (now is null)
        {
            _nodes.Remove(name);
        }
        else if (_nodes.TryGetValue(name, out var room))
        {
            room.Describe(now.Json);
        }
        else
        {
            _nodes[name] = new(now.Json);
        }

        cluster.Enqueue(this, Everything);
    }

    private void ObservePod(Change change)
    {
        var node = change.Now is null or { HasEnded: true } ? null : change.Now.NodeName;
        if (node is not null && !_placed.ContainsKey(change.Key) && _nodes.TryGetValue(node, out var room))
        {
            room.Take(change.Now!.Resources, 1);
            _placed[change.Key] = room;
        }
        else if (node is null && _placed.Remove(change.Key, out var left))
        {
            left.Take(change.Before!.Resources, -1);
            DemandChanged?.Invoke();
            cluster.Enqueue(this, Everything);
        }

        if (change.Now is null || node is not null)
        {
            _waiting.Remove(change.Key);
        }
        else if (change.Before is null)
        {
            cluster.Enqueue(this, change.Key);
        }
    }

    private void Place(StoredObject? pod)
    {
        if (pod is not { IsTerminating: false, NodeName: null })
        {
            return;
        }

        var demand = new PodDemand(pod);
        var rooms = _nodes.Values.ToLookup(room => room.Refuses(demand));
        if (rooms[null].MaxBy(room => room.Free) is { } best)
        {
            Bind(pod, best.Name);
        }
        else if (_nodes.Count == 0)
        {
            Refuse(pod, "no nodes available to schedule pods");
        }
        else
        {
            Refuse(pod, $"0/{_nodes.Count} nodes are available: {string.Join(", ", rooms.Select(r => $"{r.Count()} {r.Key}").Order())}.");
        }
    }

    private void Bind(StoredObject pod, string node)
    {
        cluster.Registry.Edit(pod, json =>
        {
            json.Ensure("spec")["nodeName"] = node;
            Condition.Set(json, cluster.Now, "PodScheduled", true);
        });
        var message = $"Successfully assigned {pod.Key.Namespace}/{pod.Key.Name} to {node}";
        cluster.Events.Normal(pod, "Scheduled", message, Component);
    }

    private void Refuse(StoredObject pod, string why)
    {
        if (_waiting.Add(pod.Key))
        {
            DemandChanged?.Invoke();
        }

        var told = cluster.Registry.Edit(pod, json => Condition.Set(json, cluster.Now, "PodScheduled", false, "Unschedulable", why));
        if (told != pod)
        {
            cluster.Events.Warning(pod, "FailedScheduling", why, Component);
        }
    }
}
