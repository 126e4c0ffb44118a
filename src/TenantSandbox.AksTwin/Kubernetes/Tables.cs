namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The tables that <c>kubectl get</c> prints.</summary>
internal static class Tables
{
    private static readonly Column Name = Text("Name", "metadata", "name");
    private static readonly Column Age = Since("Age", "metadata", "creationTimestamp");
    private static readonly Column ExternalIp = new("External-IP", _ => null);

    private static readonly Column[] Template =
    [
        Wide("Containers", o => Join(o.Items("spec", "template", "spec", "containers").Select(c => c.Text("name")))),
        Wide("Images", o => Join(o.Items("spec", "template", "spec", "containers").Select(c => c.Text("image")))),
        Wide("Selector", o => Map(o.Object("spec", "selector", "matchLabels"))),
    ];

    private static readonly Dictionary<ResourceKind, Column[]> Columns = new()
    {
        [Kinds.Namespaces] = [Name, Text("Status", "status", "phase"), Age],
        [Kinds.Pods] =
        [
            Name,
            new("Ready", o => $"{o.Items("status", "containerStatuses").Count(c => c.Flag("ready") is true)}/{o.Items("spec", "containers").Count()}"),
            new("Status", PodStatus),
            new("Restarts", o => $"{o.Items("status", "containerStatuses").Sum(c => c.Number("restartCount") ?? 0)}"),
            Age,
            Wide("IP", o => o.Text("status", "podIP")),
            Wide("Node", o => o.Text("spec", "nodeName")),
            Wide("Nominated Node", _ => null),
            Wide("Readiness Gates", _ => null),
        ],
        [Kinds.Services] =
        [
            Name, Text("Type", "spec", "type"), Text("Cluster-IP", "spec", "clusterIP"), ExternalIp,
            new("Port(s)", o => Join(o.Items("spec", "ports").Select(p => $"{p["port"]}/{p.Text("protocol")}"))), Age,
            Wide("Selector", o => Map(o.Object("spec", "selector"))),
        ],
        [Kinds.Endpoints] =
        [
            Name,
            new("Endpoints", o => Join(
                from subset in o.Items("subsets")
                from address in subset.Items("addresses")
                from port in subset.Items("ports")
                select $"{address.Text("ip")}:{port["port"]}")),
            Age,
        ],
        [Kinds.Deployments] =
        [
            Name, new("Ready", o => $"{o.Number("status", "readyReplicas") ?? 0}/{o.Number("spec", "replicas") ?? 0}"),
            Count("Up-to-date", "status", "updatedReplicas"), Count("Available", "status", "availableReplicas"), Age, .. Template,
        ],
        [Kinds.ReplicaSets] =
        [
            Name, Count("Desired", "spec", "replicas"), Count("Current", "status", "replicas"), Count("Ready", "status", "readyReplicas"), Age,
            .. Template,
        ],
        [Kinds.Nodes] =
        [
            Name,
            new("Status", o => (Condition.Status(o, "Ready") == "True" ? "Ready" : "NotReady")
                + (o.Flag("spec", "unschedulable") is true ? ",SchedulingDisabled" : "")),
            new("Roles", _ => null), Age, Text("Version", "status", "nodeInfo", "kubeletVersion"),
            Wide("Internal-IP", o => o.Items("status", "addresses").FirstOrDefault(a => a.Text("type") == "InternalIP").Text("address")),
            ExternalIp with { IsWide = true },
            Wide("OS-Image", o => o.Text("status", "nodeInfo", "osImage")),
            Wide("Kernel-Version", o => o.Text("status", "nodeInfo", "kernelVersion")),
            Wide("Container-Runtime", o => o.Text("status", "nodeInfo", "containerRuntimeVersion")),
        ],
        [Kinds.Events] =
        [
            Since("Last Seen", "lastTimestamp"), Text("Type", "type"), Text("Reason", "reason"),
            new("Object", o => $"{o.Text("involvedObject", "kind")?.ToLowerInvariant()}/{o.Text("involvedObject", "name")}"),
            Wide("Source", o => o.Text("source", "component")),
            new("Message", o => o.Text("message")?.Trim()),
            Count("Count", "count") with { IsWide = true },
            Name with { IsWide = true },
        ],
        [Kinds.ResourceQuotas] = [Name, new("Request", o => Used(o, limits: false)), new("Limit", o => Used(o, limits: true)), Age],
        [Kinds.LimitRanges] = [Name, Text("Created At", "metadata", "creationTimestamp")],
        [Kinds.ServiceAccounts] = [Name, new("Secrets", _ => 0, "integer"), Age],
        [Kinds.ConfigMaps] = [Name, new("Data", o => o.Object("data")?.Count ?? 0, "integer"), Age],
        [Kinds.NetworkPolicies] = [Name, new("Pod-Selector", o => Map(o.Object("spec", "podSelector", "matchLabels"))), Age],
        [Kinds.RuntimeClasses] = [Name, Text("Handler", "handler"), Age],
    };

    public static JsonObject Of(ApiCall call, IEnumerable<StoredObject> items, DateTimeOffset now, JsonObject meta)
    {
        var columns = Columns[call.Kind!];
        var definitions = columns.Select(c => Json.Of($$"""
            {"name":{{c.Name}},"type":{{c.Type}},"format":{{(c == Name ? "name" : "")}},"description":{{c.Name}},"priority":{{(c.IsWide ? 1 : 0)}} }
            """));
        var rows = items.Select(item => Json.Of($$"""
            {"cells":{{columns.Select(c => Cell(c, item.Json, now) ?? "<none>")}},"object":{{Shown(item, call.Text("includeObject"))}} }
            """));
        return Json.Of($$"""
            {"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{{meta}},"columnDefinitions":{{definitions}},"rows":{{rows}} }
            """);
    }

    private static JsonNode? Shown(StoredObject item, string form) => form switch
    {
        "None" => null,
        "Object" => JsonNode.Parse(item.Document()),
        _ => Json.Of($$"""{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{{item.Json["metadata"]}} }"""),
    };

    private static JsonNode? Cell(Column column, JsonObject item, DateTimeOffset now) =>
        column.IsTime ? Ago(column.Value(item).Time(), now) : column.Value(item);

    /// <summary>How long something has lasted, as kubectl says it.</summary>
    private static string Ago(DateTimeOffset? since, DateTimeOffset now) => (now - since) switch
    {
        null => "<unknown>",
        { Ticks: < 0 } => "0s",
        { TotalSeconds: < 120 and var seconds } => $"{(int)seconds}s",
        { TotalMinutes: < 10, Seconds: 0 } span => $"{span.Minutes}m",
        { TotalMinutes: < 10 } span => $"{span.Minutes}m{span.Seconds}s",
        { TotalHours: < 3 } span => $"{(int)span.TotalMinutes}m",
        { TotalHours: < 48 } span => $"{(int)span.TotalHours}h",
        { } span => $"{(int)span.TotalDays}d",
    };

    private static JsonNode? PodStatus(JsonObject pod)
    {
        if (pod.At("metadata", "deletionTimestamp") is not null)
            return "Terminating";
        var states = pod.Items("status", "containerStatuses").Select(c => c.Object("state"));
        return states.Select(s => s.Text("waiting", "reason") ?? s.Text("terminated", "reason")).FirstOrDefault(reason => reason is not null)
            ?? pod.Text("status", "phase") ?? "Unknown";
    }

    private static Column Wide(string name, Func<JsonObject, JsonNode?> value) => new(name, value, IsWide: true);

    private static Column Text(string name, params string[] path) => new(name, o => o.Text(path));

    private static Column Count(string name, params string[] path) => new(name, o => o.Number(path) ?? 0, "integer");

    private static Column Since(string name, params string[] path) => new(name, o => o.Text(path), IsTime: true);

    private static string? Join(IEnumerable<string?> parts) => string.Join(',', parts) is { Length: > 0 } text ? text : null;

    private static string? Map(JsonObject? map) => Join(map.Pairs().Select(p => $"{p.Key}={p.Value}"));

    private static string Used(JsonObject quota, bool limits) => string.Join(", ", quota.Pairs("status", "hard")
        .Where(h => h.Key.StartsWith("limits.", StringComparison.Ordinal) == limits).OrderBy(h => h.Key, StringComparer.Ordinal)
        .Select(h => $"{h.Key}: {quota.Object("status", "used").Text(h.Key)}/{h.Value}"));

    private sealed record Column(string Name, Func<JsonObject, JsonNode?> Value, string Type = "string", bool IsWide = false, bool IsTime = false);
}
