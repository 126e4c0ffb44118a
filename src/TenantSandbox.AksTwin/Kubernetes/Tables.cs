namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The tables that <c>kubectl get</c> prints.</summary>
internal static class Tables
{
    private static readonly Column Name = Text("Name", "metadata", "name");
    private static readonly Column Age = Text("Age", "metadata", "creationTimestamp") with { IsTime = true };

    private static readonly Dictionary<ResourceKind, Column[]> Columns = new()
    {
        [Kinds.Namespaces] = [Name, Text("Status", "status", "phase"), Age],
        [Kinds.Pods] =
        [
            Name, new("Ready", o => $"{Containers(o).Count(c => c.Flag("ready") is true)}/{o.Items("spec", "containers").Count()}"),
            new("Status", PodStatus), new("Restarts", o => $"{Containers(o).Sum(c => c.Number("restartCount") ?? 0)}"), Age,
            Wide("IP", o => o.Text("status", "podIP")), Wide("Node", o => o.Text("spec", "nodeName")),
        ],
        [Kinds.Services] =
        [
            Name, Text("Type", "spec", "type"), Text("Cluster-IP", "spec", "clusterIP"), new("External-IP", _ => null),
            new("Port(s)", o => Join(o.Items("spec", "ports").Select(p => $"{p["port"]}/{p.Text("protocol")}"))), Age,
        ],
        [Kinds.Endpoints] =
        [
            Name, new("Endpoints", o => Join(
                from subset in o.Items("subsets")
                from address in subset.Items("addresses")
                from port in subset.Items("ports")
                select $"{address.Text("ip")}:{port["port"]}")),
            Age,
        ],
        [Kinds.Deployments] =
        [
            Name, new("Ready", o => $"{o.Number("status", "readyReplicas") ?? 0}/{o.Number("spec", "replicas")}"),
            Count("Up-to-date", "status", "updatedReplicas"), Count("Available", "status", "availableReplicas"), Age,
        ],
        [Kinds.ReplicaSets] =
        [
            Name, Count("Desired", "spec", "replicas"), Count("Current", "status", "replicas"),
            Count("Ready", "status", "readyReplicas"), Age,
        ],
        [Kinds.Nodes] =
        [
            Name, new("Status", o => (Condition.Holds(o, "Ready") ? "Ready" : "NotReady")
                + (o.Flag("spec", "unschedulable") is true ? ",SchedulingDisabled" : "")),
            new("Roles", _ => null), Age, Text("Version", "status", "nodeInfo", "kubeletVersion"),
            Wide("OS-Image", o => o.Text("status", "nodeInfo", "osImage")),
            Wide("Kernel-Version", o => o.Text("status", "nodeInfo", "kernelVersion")),
            Wide("Container-Runtime", o => o.Text("status", "nodeInfo", "containerRuntimeVersion")),
        ],
        [Kinds.Events] =
        [
            Text("Last Seen", "lastTimestamp") with { IsTime = true }, Text("Type", "type"), Text("Reason", "reason"),
            new("Object", o => $"{o.Text("involvedObject", "kind")?.ToLowerInvariant()}/{o.Text("involvedObject", "name")}"),
            new("Message", o => o.Text("message")?.Trim()), Wide("Source", o => o.Text("source", "component")),
        ],
        [Kinds.ResourceQuotas] = [Name, new("Request", o => Used(o, limits: false)), new("Limit", o => Used(o, limits: true)), Age],
        [Kinds.LimitRanges] = [Name, Text("Created At", "metadata", "creationTimestamp")],
        [Kinds.ServiceAccounts] = [Name, Count("Secrets", "secrets"), Age],
        [Kinds.ConfigMaps] = [Name, new("Data", o => o.Object("data")?.Count ?? 0, "integer"), Age],
        [Kinds.NetworkPolicies] = [Name, new("Pod-Selector", o => Map(o.Object("spec", "podSelector", "matchLabels"))), Age],
        [Kinds.RuntimeClasses] = [Name, Text("Handler", "handler"), Age],
    };

    /// <summary>One object in the form that the call wants.</summary>
    public static byte[] Show(ApiCall call, StoredObject item, DateTimeOffset now) => !call.AsTable ? item.Document()
        : JsonSerializer.SerializeToUtf8Bytes(Of(call, [item], now, new() { ["resourceVersion"] = $"{item.Revision}" }));

    public static JsonObject Of(ApiCall call, IEnumerable<StoredObject> items, DateTimeOffset now, JsonObject meta)
    {
        var columns = Columns[call.Kind!];
        var definitions = columns.Select(c => Json.Of($$"""
            {"name":{{c.Name}},"type":{{c.Type}},"format":{{(c == Name ? "name" : "")}},"description":{{c.Name}},
            "priority":{{(c.IsWide ? 1 : 0)}} }
            """));
        var rows = items.Select(item => Json.Of($$"""
            {"cells":{{columns.Select(c => c.IsTime ? Ago(c.Value(item.Json).Time(), now) : c.Value(item.Json) ?? "<none>")}},
            "object":{{(call.Text("includeObject") == "Object" ? JsonNode.Parse(item.Document()) : Json.Of($$"""
                {"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{{item.Json["metadata"]}} }
                """))}} }
            """));
        return Json.Of($$"""
            {"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{{meta}},"columnDefinitions":{{definitions}},"rows":{{rows}} }
            """);
    }

    /// <summary>How long something has lasted, as kubectl says it.</summary>
    private static string Ago(DateTimeOffset? since, DateTimeOffset now)
    {
        return (now - since) switch
        {
            null => "<unknown>",
            { Ticks: < 0 } => "0s",
            { TotalMinutes: < 2 } age => Say(age.TotalSeconds, "s"),
            { TotalMinutes: < 10 } age => Say(age.TotalMinutes, "m", age.Seconds, "s"),
            { TotalHours: < 3 } age => Say(age.TotalMinutes, "m"),
            { TotalHours: < 8 } age => Say(age.TotalHours, "h", age.Minutes, "m"),
            { TotalHours: < 48 } age => Say(age.TotalHours, "h"),
            { TotalDays: < 8 } age => Say(age.TotalDays, "d", age.Hours, "h"),
            { } age => Say(age.TotalDays, "d"),
        };

        static string Say(double count, string unit, int rest = 0, string smaller = "") =>
            $"{(int)count}{unit}" + (rest == 0 ? "" : $"{rest}{smaller}");
    }

    private static JsonNode? PodStatus(JsonObject pod) => pod.At("metadata", "deletionTimestamp") is not null ? "Terminating"
        : Containers(pod).Select(c => c["state"]?["waiting"]?["reason"] ?? c["state"]?["terminated"]?["reason"])
            .FirstOrDefault(reason => reason is not null) ?? pod.At("status", "phase");

    private static IEnumerable<JsonObject> Containers(JsonObject pod) => pod.Items("status", "containerStatuses");

    private static Column Text(string name, params string[] path) => new(name, o => o.Text(path));

    private static Column Wide(string name, Func<JsonObject, JsonNode?> value) => new(name, value, IsWide: true);

    private static Column Count(string name, params string[] path) => new(name, o => o.Number(path) ?? 0, "integer");

    private static string? Join(IEnumerable<string?> parts) => string.Join(',', parts) is { Length: > 0 } text ? text : null;

    private static string? Map(JsonObject? map) => Join(map.Pairs().Select(p => $"{p.Key}={p.Value}"));

    private static string Used(JsonObject quota, bool limits) => string.Join(", ",
        from hard in quota.Pairs("status", "hard")
        where hard.Key.StartsWith("limits.", StringComparison.Ordinal) == limits
        orderby hard.Key
        select $"{hard.Key}: {quota.Text("status", "used", hard.Key)}/{hard.Value}");

    private sealed record Column(
        string Name, Func<JsonObject, JsonNode?> Value, string Type = "string", bool IsWide = false, bool IsTime = false);
}
