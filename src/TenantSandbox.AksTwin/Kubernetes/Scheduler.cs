using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Gives pods to nodes by the default scheduler's filters (cordon, taints, node selector and required affinity, room with overhead, pod count),
/// preferring the node with the most free room.
/// </summary>
internal sealed class Scheduler(Cluster cluster) : IController
{
    /// <summary>Stands for "something got free: look at every waiting pod again".</summary>
    public static readonly ObjectKey Everything = new(Kinds.Nodes, "", "");

    private readonly SortedDictionary<string, NodeRoom> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, NodeRoom> _placed = [];
    private readonly HashSet<ObjectKey> _waiting = [];

    public void Reconcile(ObjectKey key)
    {
        if (key != Everything)
        {
            Place(key);
            return;
        }

        foreach (var pod in _waiting.Select(cluster.Store.Find).OfType<StoredObject>().OrderBy(p => p.Json.Text("metadata", "creationTimestamp"), StringComparer.Ordinal).ThenBy(p => p.Key.ToString(), StringComparer.Ordinal).ToList())
            Place(pod.Key);
    }

    /// <summary>Keeps the books on rooms.</summary>
    public void Observe(Change change)
    {
        if (change.Key.Kind == Kinds.Nodes)
        {
            var used = _nodes.GetValueOrDefault(change.Key.Name);
            if (change.Now is null)
                _nodes.Remove(change.Key.Name);
            else
                _nodes[change.Key.Name] = new(change.Now.Json, used);
            foreach (var (pod, room) in _placed.Where(p => p.Value == used).ToList())
                _placed[pod] = _nodes.GetValueOrDefault(change.Key.Name) ?? room;
            cluster.Enqueue(this, Everything);
        }
        else if (change.Key.Kind == Kinds.Pods)
        {
            var on = change.Now?.Json.Text("status", "phase") is "Succeeded" or "Failed" ? null : change.Now?.Json.Text("spec", "nodeName");
            if (on is not null && !_placed.ContainsKey(change.Key) && _nodes.TryGetValue(on, out var room))
            {
                room.Take(change.Now!.Resources, 1);
                _placed[change.Key] = room;
            }
            else if (on is null && _placed.Remove(change.Key, out var left))
            {
                left.Take(change.Before!.Resources, -1);
                cluster.DemandMoved = true;
                if (_waiting.Count > 0)
                    cluster.Enqueue(this, Everything);
            }

            if (change.Now is null || on is not null)
                _waiting.Remove(change.Key);
            else if (change.Before is null)
                cluster.Enqueue(this, change.Key);
        }
    }

    /// <summary>See <see cref="KubernetesTwin.NodesNeeded"/>.</summary>
    public int NodesNeeded(JsonObject shape, int limit)
    {
        var made = new List<NodeRoom>();
        foreach (var pod in _waiting.Select(cluster.Store.Find).OfType<StoredObject>().OrderBy(p => p.Key.ToString(), StringComparer.Ordinal))
        {
            var demand = new PodDemand(pod);
            var room = made.Find(r => r.Refuses(demand) is null);
            if (room is null)
            {
                room = new(shape, null);
                if (made.Count == limit || room.Refuses(demand) is not null)
                    continue;
                made.Add(room);
            }

            room.Take(pod.Resources, 1);
        }

        return made.Count;
    }

    public bool IsIdle(string node) => _nodes.TryGetValue(node, out var room) && room.Pods == 0;

    private void Place(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { IsTerminating: false } pod || pod.Json.Text("spec", "nodeName") is not null)
            return;
        var demand = new PodDemand(pod);
        NodeRoom? best = null;
        var reasons = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var room in _nodes.Values)
        {
            if (room.Refuses(demand) is { } reason)
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            else if (best is null || room.Free > best.Free)
                best = room;
        }

        if (best is null)
            Refuse(pod, reasons);
        else
            Bind(pod, best.Name);
    }

    private void Bind(StoredObject pod, string node)
    {
        cluster.Registry.Edit(pod, json =>
        {
            json.Ensure("spec")["nodeName"] = node;
            Condition.Set(json.Ensure("status").EnsureArray("conditions"), "PodScheduled", "True", "", "", cluster.Now);
        });
        cluster.Events.Normal(pod, "Scheduled", $"Successfully assigned {pod.Key.Namespace}/{pod.Key.Name} to {node}", "default-scheduler");
    }

    private void Refuse(StoredObject pod, SortedDictionary<string, int> reasons)
    {
        var message = _nodes.Count == 0
            ? "no nodes available to schedule pods"
            : $"0/{_nodes.Count} nodes are available: {string.Join(", ", reasons.Select(r => $"{r.Value} {r.Key}"))}.";
        if (_waiting.Add(pod.Key))
            cluster.DemandMoved = true;
        var now = cluster.Registry.Edit(pod, json =>
            Condition.Set(json.Ensure("status").EnsureArray("conditions"), "PodScheduled", "False", "Unschedulable", message, cluster.Now));
        if (now.Revision != pod.Revision)
            cluster.Events.Warning(pod, "FailedScheduling", message, "default-scheduler");
    }
}

/// <summary>What a pod wants of a node.</summary>
internal sealed class PodDemand(StoredObject pod)
{
    public PodResources Resources { get; } = pod.Resources;

    public List<JsonObject> Tolerations { get; } = [.. pod.Json.Items("spec", "tolerations")];

    public LabelSelector Selector { get; } = LabelSelector.FromMap(pod.Json.Object("spec", "nodeSelector"));

    /// <summary>Required node affinity, of which one term must match; null for none.</summary>
    public List<LabelSelector>? Affinity { get; } = pod.Json.Object("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution") is { } required
        ? [.. required.Items("nodeSelectorTerms").Select(t => LabelSelector.FromExpressions(t.Items("matchExpressions")))] : null;
}

/// <summary>One node's room, and who may use it.</summary>
internal sealed class NodeRoom
{
    private readonly JsonObject _labels;
    private readonly List<JsonObject> _taints;
    private readonly bool _cordoned;
    private readonly decimal _cpu;
    private readonly decimal _memory;
    private readonly int _maxPods;
    private decimal _usedCpu;
    private decimal _usedMemory;

    public NodeRoom(JsonObject node, NodeRoom? before)
    {
        Name = node.Text("metadata", "name") ?? "";
        _labels = node.Object("metadata", "labels") ?? [];
        _taints = [.. node.Items("spec", "taints").Where(t => t.Text("effect") is "NoSchedule" or "NoExecute")];
        _cordoned = node.Flag("spec", "unschedulable") is true;
        var allocatable = PodResources.Quantities(node.Object("status", "allocatable"));
        _cpu = allocatable.GetValueOrDefault("cpu");
        _memory = allocatable.GetValueOrDefault("memory");
        _maxPods = (int)allocatable.GetValueOrDefault("pods");
        (Pods, _usedCpu, _usedMemory) = before is null ? (0, 0, 0) : (before.Pods, before._usedCpu, before._usedMemory);
        Take(new([]), 0);
    }

    public string Name { get; }

    public int Pods { get; private set; }

    public void Take(PodResources resources, int sign)
    {
        Pods += sign;
        _usedCpu += sign * resources.Cpu;
        _usedMemory += sign * resources.Memory;
        Free = Share(_usedCpu, _cpu) + Share(_usedMemory, _memory);

        static double Share(decimal used, decimal of) => of == 0 ? 0 : (double)((of - used) / of);
    }

    /// <summary>How much is free, as a share of the node; the scheduler prefers the most.</summary>
    public double Free { get; private set; }

    /// <summary>Why a pod can't run here, in the scheduler's words; null when it can.</summary>
    public string? Refuses(PodDemand pod)
    {
        if (_cordoned && !pod.Tolerations.Exists(t => t.Text("key") == "node.kubernetes.io/unschedulable"))
            return "node(s) were unschedulable";
        if (_taints.Find(taint => !pod.Tolerations.Exists(t => Tolerates(t, taint))) is { } taint)
            return $"node(s) had untolerated taint {{{taint.Text("key")}: {taint.Text("value")}}}";
        if (!pod.Selector.Matches(_labels) || pod.Affinity?.Exists(t => t.Matches(_labels)) is false)
            return "node(s) didn't match Pod's node affinity/selector";
        if (Pods + 1 > _maxPods)
            return "Too many pods";
        if (_usedCpu + pod.Resources.Cpu > _cpu)
            return "Insufficient cpu";
        return _usedMemory + pod.Resources.Memory > _memory ? "Insufficient memory" : null;
    }

    private static bool Tolerates(JsonObject toleration, JsonObject taint) =>
        (toleration.Text("effect") is null or "" || toleration.Text("effect") == taint.Text("effect"))
        && (toleration.Text("key") is null or "" ? toleration.Text("operator") == "Exists" : toleration.Text("key") == taint.Text("key"))
        && (toleration.Text("operator") == "Exists" || (toleration.Text("value") ?? "") == (taint.Text("value") ?? ""));
}
