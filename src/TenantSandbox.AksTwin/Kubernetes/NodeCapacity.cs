namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>What a pod requires of a node.</summary>
internal sealed class PodRequirements(StoredObject pod, PodClaims claims)
{
    public PodResources Resources { get; } = pod.Resources;

    public PodClaims Claims { get; } = claims;

    public List<JsonObject> Tolerations { get; } = [.. pod.Json.GetObjects("spec", "tolerations")];

    public LabelSelector Selector { get; } = LabelSelector.FromMap(pod.Json.GetObject("spec", "nodeSelector"));

    /// <summary>Terms of the required node affinity, one of which must match; null for none.</summary>
    public List<NodeSelectorTerm>? Affinity { get; } =
        pod.Json.GetObject("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution") is { } required
            ? NodeSelectorTerm.AllOf(required)
            : null;
}

/// <summary>A term of a node selector, as in the affinity of a pod or a volume: all its expressions and fields must match. An empty one matches no node.</summary>
internal sealed class NodeSelectorTerm(JsonObject term)
{
    private readonly bool _isEmpty = !term.GetObjects("matchExpressions").Concat(term.GetObjects("matchFields")).Any();
    private readonly LabelSelector _labels = LabelSelector.FromExpressions(term.GetObjects("matchExpressions"));
    private readonly LabelSelector _fields = LabelSelector.FromExpressions(term.GetObjects("matchFields"));

    /// <summary>The terms of a node selector, one of which must match.</summary>
    public static List<NodeSelectorTerm> AllOf(JsonObject selector) => [.. selector.GetObjects("nodeSelectorTerms").Select(t => new NodeSelectorTerm(t))];

    /// <summary>Whether a node matches. Its name is the only field that terms can have.</summary>
    public bool Matches(string name, JsonObject labels) =>
        !_isEmpty && _labels.Matches(labels) && _fields.Matches(field => field == "metadata.name" ? name : null);
}

/// <summary>A node as the scheduler sees it: labels, taints, and allocatable and used resources.</summary>
internal sealed class NodeCapacity
{
    private static readonly JsonObject Unschedulable = JsonTemplate.Fill($$"""{"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule"}""");

    private JsonObject _labels = [];
    private List<JsonObject> _taints = [];
    private bool _isCordoned;
    private decimal _cpu;
    private decimal _memory;
    private decimal _disk;
    private int _maxPods;
    private decimal _usedCpu;
    private decimal _usedMemory;
    private decimal _usedDisk;

    public NodeCapacity(JsonObject node) => Update(node);

    public string Name { get; private set; } = "";

    public int PodCount { get; private set; }

    /// <summary>Sum of the free fractions of CPU and memory, 0 to 2.</summary>
    public decimal FreeShare => (_cpu == 0 ? 0 : 1 - _usedCpu / _cpu) + (_memory == 0 ? 0 : 1 - _usedMemory / _memory);

    /// <summary>Reads labels, taints and allocatable resources again; usage stays.</summary>
    public void Update(JsonObject node)
    {
        var allocatable = PodResources.ParseQuantities(node.GetObject("status", "allocatable"));
        Name = node.GetString("metadata", "name") ?? "";
        _labels = node.GetObject("metadata", "labels") ?? [];
        _taints = [.. node.GetObjects("spec", "taints").Where(t => t.GetString("effect") is "NoSchedule" or "NoExecute")];
        _isCordoned = node.GetBoolean("spec", "unschedulable") is true;
        (_cpu, _memory) = (allocatable.GetValueOrDefault("cpu"), allocatable.GetValueOrDefault("memory"));
        _disk = allocatable.GetValueOrDefault("ephemeral-storage");
        _maxPods = (int)allocatable.GetValueOrDefault("pods");
    }

    /// <param name="sign">1 to add a pod, -1 to remove one.</param>
    public void AdjustUsage(PodResources resources, int sign)
    {
        PodCount += sign;
        _usedCpu += sign * resources.Cpu;
        _usedMemory += sign * resources.Memory;
        _usedDisk += sign * resources.EphemeralStorage;
    }

    /// <summary>Returns why a pod can't run on the node, as the scheduler words it; null if it can.</summary>
    public string? GetRejectionReason(PodRequirements pod) => GetMismatch(pod) ?? (
        PodCount + 1 > _maxPods ? "Too many pods"
        : _usedCpu + pod.Resources.Cpu > _cpu ? "Insufficient cpu"
        : _usedMemory + pod.Resources.Memory > _memory ? "Insufficient memory"
        : pod.Resources.EphemeralStorage > 0 && _usedDisk + pod.Resources.EphemeralStorage > _disk ? "Insufficient ephemeral-storage"
        : null);

    /// <summary>Returns why a pod may not run on the node, however much is free there; null if it may.</summary>
    public string? GetMismatch(PodRequirements pod)
    {
        if (_isCordoned && !pod.Tolerations.Exists(t => Tolerates(t, Unschedulable)))
        {
            return "node(s) were unschedulable";
        }

        if (_taints.Find(taint => !pod.Tolerations.Exists(t => Tolerates(t, taint))) is { } taint)
        {
            return $"node(s) had untolerated taint {{{taint.GetString("key")}: {taint.GetString("value")}}}";
        }

        if (!pod.Selector.Matches(_labels) || pod.Affinity?.Exists(t => t.Matches(Name, _labels)) is false)
        {
            return "node(s) didn't match Pod's node affinity/selector";
        }

        return pod.Claims.Affinity.TrueForAll(terms => terms.Exists(t => t.Matches(Name, _labels))) ? null : "node(s) had volume node affinity conflict";
    }

    private static bool Tolerates(JsonObject toleration, JsonObject taint)
    {
        var (key, effect, isExists) =
            (toleration.GetString("key"), toleration.GetString("effect"), toleration.GetString("operator") == "Exists");
        return (effect is null or "" || effect == taint.GetString("effect"))
            && (key is null or "" ? isExists : key == taint.GetString("key"))
            && (isExists || (toleration.GetString("value") ?? "") == (taint.GetString("value") ?? ""));
    }
}
