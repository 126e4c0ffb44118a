namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Builds the Table responses that <c>kubectl get</c> prints.</summary>
internal static class TablePrinter
{
    private static readonly Column Name = TextColumn("Name", "metadata", "name");
    private static readonly Column Age = TextColumn("Age", "metadata", "creationTimestamp") with { IsTime = true };

    private static readonly Dictionary<ResourceKind, Column[]> Columns = new()
    {
        [Kinds.Namespaces] = [Name, TextColumn("Status", "status", "phase"), Age],
        [Kinds.Pods] =
        [
            Name,
            new("Ready", PodColumns.Ready), new("Status", PodColumns.Status), new("Restarts", PodColumns.Restarts), Age,
            WideColumn("IP", o => o.GetString("status", "podIP")), WideColumn("Node", o => o.GetString("spec", "nodeName")),
        ],
        [Kinds.Services] =
        [
            Name, TextColumn("Type", "spec", "type"), TextColumn("Cluster-IP", "spec", "clusterIP"), new("External-IP", _ => null),
            new("Port(s)", o => Join(o.GetObjects("spec", "ports").Select(p => $"{p["port"]}/{p.GetString("protocol")}"))), Age,
        ],
        [Kinds.Endpoints] =
        [
            Name, new("Endpoints", o => Join(
                from subset in o.GetObjects("subsets")
                from address in subset.GetObjects("addresses")
                from port in subset.GetObjects("ports")
                select $"{address.GetString("ip")}:{port["port"]}")),
            Age,
        ],
        [Kinds.Deployments] =
        [
            Name, new("Ready", o => $"{o.GetInteger("status", "readyReplicas") ?? 0}/{o.GetInteger("spec", "replicas")}"),
            CountColumn("Up-to-date", "status", "updatedReplicas"), CountColumn("Available", "status", "availableReplicas"), Age,
        ],
        [Kinds.ReplicaSets] =
        [
            Name, CountColumn("Desired", "spec", "replicas"), CountColumn("Current", "status", "replicas"),
            CountColumn("Ready", "status", "readyReplicas"), Age,
        ],
        [Kinds.Nodes] =
        [
            Name, new("Status", o => (Condition.IsTrue(o, "Ready") ? "Ready" : "NotReady")
                + (o.GetBoolean("spec", "unschedulable") is true ? ",SchedulingDisabled" : "")),
            new("Roles", _ => null), Age, TextColumn("Version", "status", "nodeInfo", "kubeletVersion"),
            WideColumn("OS-Image", o => o.GetString("status", "nodeInfo", "osImage")),
            WideColumn("Kernel-Version", o => o.GetString("status", "nodeInfo", "kernelVersion")),
            WideColumn("Container-Runtime", o => o.GetString("status", "nodeInfo", "containerRuntimeVersion")),
        ],
        [Kinds.Events] =
        [
            TextColumn("Last Seen", "lastTimestamp") with { IsTime = true }, TextColumn("Type", "type"), TextColumn("Reason", "reason"),
            new("Object", o => $"{o.GetString("involvedObject", "kind")?.ToLowerInvariant()}/{o.GetString("involvedObject", "name")}"),
            new("Message", o => o.GetString("message")?.Trim()), WideColumn("Source", o => o.GetString("source", "component")),
        ],
        [Kinds.ResourceQuotas] =
            [Name, new("Request", o => FormatUsage(o, limits: false)), new("Limit", o => FormatUsage(o, limits: true)), Age],
        [Kinds.LimitRanges] = [Name, TextColumn("Created At", "metadata", "creationTimestamp")],
        [Kinds.ServiceAccounts] = [Name, CountColumn("Secrets", "secrets"), Age],
        [Kinds.ConfigMaps] = [Name, new("Data", o => o.GetObject("data")?.Count ?? 0, "integer"), Age],
        [Kinds.NetworkPolicies] = [Name, new("Pod-Selector", o => FormatMap(o.GetObject("spec", "podSelector", "matchLabels"))), Age],
        [Kinds.RuntimeClasses] = [Name, TextColumn("Handler", "handler"), Age],
    };

    /// <summary>Serializes one object, as a Table if the request prefers it.</summary>
    public static byte[] Render(ApiRequest call, StoredObject item, DateTimeOffset now) => !call.WantsTable ? item.ToDocument()
        : JsonSerializer.SerializeToUtf8Bytes(CreateTable(call, [item], now, new() { ["resourceVersion"] = $"{item.Revision}" }));

    public static JsonObject CreateTable(ApiRequest call, IEnumerable<StoredObject> items, DateTimeOffset now, JsonObject meta)
    {
        var columns = Columns[call.Kind!];
        var definitions = columns.Select(c => JsonTemplate.Fill($$"""
            {"name":{{c.Name}},"type":{{c.Type}},"format":{{(c == Name ? "name" : "")}},"description":{{c.Name}},
            "priority":{{(c.IsWide ? 1 : 0)}} }
            """));
        var rows = items.Select(item => JsonTemplate.Fill($$"""
            {"cells":{{columns.Select(c => c.IsTime ? FormatAge(c.Value(item.Json).GetTime(), now) : c.Value(item.Json) ?? "<none>")}},
            "object":{{(call.GetQuery("includeObject") == "Object" ? JsonNode.Parse(item.ToDocument()) : JsonTemplate.Fill($$"""
                {"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{{item.Json["metadata"]}} }
                """))}} }
            """));
        return JsonTemplate.Fill($$"""
            {"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{{meta}},"columnDefinitions":{{definitions}},"rows":{{rows}} }
            """);
    }

    /// <summary>Formats an age as kubectl does.</summary>
    private static string FormatAge(DateTimeOffset? since, DateTimeOffset now)
    {
        return (now - since) switch
        {
            null => "<unknown>",
            { Ticks: < 0 } => "0s",
            { TotalMinutes: < 2 } age => Format(age.TotalSeconds, "s"),
            { TotalMinutes: < 10 } age => Format(age.TotalMinutes, "m", age.Seconds, "s"),
            { TotalHours: < 3 } age => Format(age.TotalMinutes, "m"),
            { TotalHours: < 8 } age => Format(age.TotalHours, "h", age.Minutes, "m"),
            { TotalHours: < 48 } age => Format(age.TotalHours, "h"),
            { TotalDays: < 8 } age => Format(age.TotalDays, "d", age.Hours, "h"),
            { } age => Format(age.TotalDays, "d"),
        };

        static string Format(double count, string unit, int rest = 0, string smaller = "") =>
            $"{(int)count}{unit}" + (rest == 0 ? "" : $"{rest}{smaller}");
    }

    private static Column TextColumn(string name, params string[] path) => new(name, o => o.GetString(path));

    private static Column WideColumn(string name, Func<JsonObject, JsonNode?> value) => new(name, value, IsWide: true);

    private static Column CountColumn(string name, params string[] path) => new(name, o => o.GetInteger(path) ?? 0, "integer");

    private static string? Join(IEnumerable<string?> parts) => string.Join(',', parts) is { Length: > 0 } text ? text : null;

    private static string? FormatMap(JsonObject? map) => Join(map.GetStringMap().Select(p => $"{p.Key}={p.Value}"));

    private static string FormatUsage(JsonObject quota, bool limits) => string.Join(", ",
        from hard in quota.GetStringMap("status", "hard")
        where hard.Key.StartsWith("limits.", StringComparison.Ordinal) == limits
        orderby hard.Key
        select $"{hard.Key}: {quota.GetString("status", "used", hard.Key)}/{hard.Value}");

    private sealed record Column(
        string Name, Func<JsonObject, JsonNode?> Value, string Type = "string", bool IsWide = false, bool IsTime = false);
}
