namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>What a pod wants of a node.</summary>
internal sealed class PodDemand(StoredObject pod)
{
    public PodResources Resources { get; } = pod.Resources;

    public List<JsonObject> Tolerations { get; } = [.. pod.Json.Items("spec", "tolerations")];

    public LabelSelector Selector { get; } = LabelSelector.FromMap(pod.Json.Object("spec", "nodeSelector"));

    /// <summary>Required node affinity, of which one term must match; null for none.</summary>
    public List<LabelSelector>? Affinity { get; } =
        pod.Json.Object("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution") is { } required
            ? [.. required.Items("nodeSelectorTerms").Select(t => LabelSelector.FromExpressions(t.Items("matchExpressions")))] : null;
}

/// <summary>One node's room, and who may use it.</summary>
internal sealed class NodeRoom
{
    private JsonObject _labels = [];
    private List<JsonObject> _taints = [];
    private bool _cordoned;
    private decimal _cpu;
    private decimal _memory;
    private int _maxPods;
    private decimal _usedCpu;
    private decimal _usedMemory;

    public NodeRoom(JsonObject node) => Describe(node);

    public string Name { get; private set; } = "";

    public int Pods { get; private set; }

    /// <summary>How much is free, as shares of the node's CPU and memory, added up.</summary>
    public decimal Free => (_cpu == 0 ? 0 : 1 - _usedCpu / _cpu) + (_memory == 0 ? 0 : 1 - _usedMemory / _memory);

    /// <summary>Takes the node as it is now; what is used stays.</summary>
    public void Describe(JsonObject node)
    {
        var allocatable = PodResources.Quantities(node.Object("status", "allocatable"));
        Name = node.Text("metadata", "name") ?? "";
        _labels = node.Object("metadata", "labels") ?? [];
        _taints = [.. node.Items("spec", "taints").Where(t => t.Text("effect") is "NoSchedule" or "NoExecute")];
        _cordoned = node.Flag("spec", "unschedulable") is true;
        (_cpu, _memory) = (allocatable.GetValueOrDefault("cpu"), allocatable.GetValueOrDefault("memory"));
        _maxPods = (int)allocatable.GetValueOrDefault("pods");
    }

    public void Take(PodResources resources, int sign)
    {
        Pods += sign;
        _usedCpu += sign * resources.Cpu;
        _usedMemory += sign * resources.Memory;
    }

    /// <summary>Why a pod can't run here, in the scheduler's words; null when it can.</summary>
    public string? Refuses(PodDemand pod)
    {
        if (_cordoned && !pod.Tolerations.Exists(t => t.Text("key") == "node.kubernetes.io/unschedulable"))
        {
            return "node(s) were unschedulable";
        }

        if (_taints.Find(taint => !pod.Tolerations.Exists(t => Tolerates(t, taint))) is { } taint)
        {
            return $"node(s) had untolerated taint {{{taint.Text("key")}: {taint.Text("value")}}}";
        }

        if (!pod.Selector.Matches(_labels) || pod.Affinity?.Exists(t => t.Matches(_labels)) is false)
        {
            return "node(s) didn't match Pod's node affinity/selector";
        }

        return Pods + 1 > _maxPods ? "Too many pods"
            : _usedCpu + pod.Resources.Cpu > _cpu ? "Insufficient cpu"
            : _usedMemory + pod.Resources.Memory > _memory ? "Insufficient memory"
            : null;
    }

    private static bool Tolerates(JsonObject toleration, JsonObject taint) =>
        (toleration.Text("effect") is null or "" || toleration.Text("effect") == taint.Text("effect"))
        && (toleration.Text("key") is null or "" ? toleration.Text("operator") == "Exists" : toleration.Text("key") == taint.Text("key"))
        && (toleration.Text("operator") == "Exists" || (toleration.Text("value") ?? "") == (taint.Text("value") ?? ""));
}
