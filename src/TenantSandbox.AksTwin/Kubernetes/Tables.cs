using System.Globalization;
using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The tables that <c>kubectl get</c> prints.</summary>
internal static class Tables
{
    private sealed record Column(string Name, Func<JsonObject, DateTimeOffset, JsonNode?> Cell, bool Wide = false, string Type = "string");

    private static readonly Dictionary<ResourceKind, Column[]> Columns = new()
    {
        [Kinds.Namespaces] = [Text("Status", "status", "phase")],
        [Kinds.Pods] =
        [
            new("Ready", (o, _) => $"{o.Items("status", "containerStatuses").Count(c => c.Flag("ready") is true)}/{o.Items("spec", "containers").Count()}"),
            new("Status", (o, _) => PodStatus(o)),
            new("Restarts", (o, _) => $"{o.Items("status", "containerStatuses").Sum(c => c.Number("restartCount") ?? 0)}"),
            Age,
            Text("IP", "status", "podIP") with { Wide = true },
            Text("Node", "spec", "nodeName") with { Wide = true },
            new("Nominated Node", (_, _) => "<none>", true),
            new("Readiness Gates", (_, _) => "<none>", true),
        ],
        [Kinds.Services] =
        [
            Text("Type", "spec", "type"), Text("Cluster-IP", "spec", "clusterIP"), new("External-IP", (_, _) => "<none>"),
            new("Port(s)", (o, _) => Join(o.Items("spec", "ports").Select(p => $"{p["port"]}/{p.Text("protocol")}"))),
            Age,
            new("Selector", (o, _) => Map(o.Object("spec", "selector")), true),
        ],
        [Kinds.Endpoints] = [new("Endpoints", (o, _) => Join(o.Items("subsets").SelectMany(s => s.Items("addresses").SelectMany(a => s.Items("ports").Select(p => $"{a.Text("ip")}:{p["port"]}")))))],
        [Kinds.EndpointSlices] =
        [
            Text("AddressType", "addressType"), new("Ports", (o, _) => Join(o.Items("ports").Select(p => $"{p["port"]}"))),
            new("Endpoints", (o, _) => Join(o.Items("endpoints").SelectMany(e => e.Texts("addresses")))),
        ],
        [Kinds.Deployments] =
        [
            new("Ready", (o, _) => $"{Count(o, "status", "readyReplicas")}/{Count(o, "spec", "replicas")}"),
            new("Up-to-date", (o, _) => Count(o, "status", "updatedReplicas"), Type: "integer"),
            new("Available", (o, _) => Count(o, "status", "availableReplicas"), Type: "integer"),
            Age, .. Template(),
        ],
        [Kinds.ReplicaSets] =
        [
            new("Desired", (o, _) => Count(o, "spec", "replicas"), Type: "integer"),
            new("Current", (o, _) => Count(o, "status", "replicas"), Type: "integer"),
            new("Ready", (o, _) => Count(o, "status", "readyReplicas"), Type: "integer"),
            Age, .. Template(),
        ],
        [Kinds.Nodes] =
        [
            new("Status", (o, _) => (Condition.Status(o, "Ready") == "True" ? "Ready" : "NotReady") + (o.Flag("spec", "unschedulable") is true ? ",SchedulingDisabled" : "")),
            new("Roles", (_, _) => "<none>"),
            Age,
            Text("Version", "status", "nodeInfo", "kubeletVersion"),
            new("Internal-IP", (o, _) => o.Items("status", "addresses").FirstOrDefault(a => a.Text("type") == "InternalIP").Text("address"), true),
            new("External-IP", (_, _) => "<none>", true),
            Text("OS-Image", "status", "nodeInfo", "osImage") with { Wide = true },
            Text("Kernel-Version", "status", "nodeInfo", "kernelVersion") with { Wide = true },
            Text("Container-Runtime", "status", "nodeInfo", "containerRuntimeVersion") with { Wide = true },
        ],
        [Kinds.Events] =
        [
            new("Last Seen", (o, now) => Ago(o.Time("lastTimestamp"), now)), Text("Type", "type"), Text("Reason", "reason"),
            new("Object", (o, _) => $"{o.Text("involvedObject", "kind")?.ToLowerInvariant()}/{o.Text("involvedObject", "name")}"),
            Text("Source", "source", "component") with { Wide = true },
            new("Message", (o, _) => o.Text("message")?.Trim()),
            new("Count", (o, _) => Count(o, "count"), true, "integer"),
        ],
        [Kinds.ResourceQuotas] = [new("Request", (o, _) => Used(o, false)), new("Limit", (o, _) => Used(o, true))],
        [Kinds.LimitRanges] = [new("Created At", (o, _) => o.Text("metadata", "creationTimestamp"))],
        [Kinds.ServiceAccounts] = [new("Secrets", (_, _) => 0, Type: "integer")],
        [Kinds.ConfigMaps] = [new("Data", (o, _) => o.Object("data")?.Count ?? 0, Type: "integer")],
        [Kinds.NetworkPolicies] = [new("Pod-Selector", (o, _) => Map(o.Object("spec", "podSelector", "matchLabels")))],
        [Kinds.RuntimeClasses] = [Text("Handler", "handler")],
    };

    private static Column Age => new("Age", (o, now) => Ago(o.Time("metadata", "creationTimestamp"), now));

    public static JsonObject Of(ResourceKind kind, IEnumerable<StoredObject> items, DateTimeOffset now, long revision, string includeObject)
    {
        Column[] columns = [new("Name", (o, _) => o.Text("metadata", "name")), .. Columns[kind]];
        if (kind == Kinds.Events)
            columns = [.. columns[1..], columns[0] with { Wide = true }];
        else if (!columns.Any(c => c.Name is "Age" or "Created At"))
            columns = [.. columns, Age];
        return new()
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = new JsonObject { ["resourceVersion"] = $"{revision}" },
            ["columnDefinitions"] = columns.Select(c => (JsonNode)new JsonObject
            {
                ["name"] = c.Name,
                ["type"] = c.Type,
                ["format"] = c.Name == "Name" ? "name" : "",
                ["description"] = c.Name,
                ["priority"] = c.Wide ? 1 : 0,
            }).ToJson(),
            ["rows"] = items.Select(i => (JsonNode)new JsonObject
            {
                ["cells"] = new JsonArray([.. columns.Select(c => c.Cell(i.Json, now) ?? "<none>")]),
                ["object"] = includeObject switch
                {
                    "None" => null,
                    "Object" => JsonNode.Parse(i.Document()),
                    _ => new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = i.Json["metadata"]?.DeepClone() },
                },
            }).ToJson(),
        };
    }

    /// <summary>How long something has lasted, as kubectl says it.</summary>
    public static string Ago(DateTimeOffset? since, DateTimeOffset now)
    {
        if (since is null)
            return "<unknown>";
        var span = now - since.Value;
        return span.TotalSeconds < 0 ? "0s"
            : span.TotalSeconds < 120 ? $"{(int)span.TotalSeconds}s"
            : span.TotalMinutes < 10 ? $"{span.Minutes}m{(span.Seconds == 0 ? "" : $"{span.Seconds}s")}"
            : span.TotalHours < 3 ? $"{(int)span.TotalMinutes}m"
            : span.TotalHours < 48 ? $"{(int)span.TotalHours}h"
            : $"{(int)span.TotalDays}d";
    }

    private static string PodStatus(JsonObject pod)
    {
        if (pod.At("metadata", "deletionTimestamp") is not null)
            return "Terminating";
        foreach (var state in pod.Items("status", "containerStatuses").Select(c => c.Object("state")))
        {
            if ((state.Text("waiting", "reason") ?? state.Text("terminated", "reason")) is { } reason)
                return reason;
        }

        return pod.Text("status", "phase") ?? "Unknown";
    }

    private static Column[] Template() =>
    [
        new("Containers", (o, _) => Join(o.Items("spec", "template", "spec", "containers").Select(c => c.Text("name"))), true),
        new("Images", (o, _) => Join(o.Items("spec", "template", "spec", "containers").Select(c => c.Text("image"))), true),
        new("Selector", (o, _) => Map(o.Object("spec", "selector", "matchLabels")), true),
    ];

    private static Column Text(string name, params string[] path) => new(name, (o, _) => o.Text(path));

    private static long Count(JsonObject json, params string[] path) => json.Number(path) ?? 0;

    private static string Join(IEnumerable<string?> parts) => string.Join(',', parts) is { Length: > 0 } text ? text : "<none>";

    private static string Map(JsonObject? map) => Join(map.Pairs().Select(p => $"{p.Key}={p.Value}"));

    private static string Used(JsonObject quota, bool limits) => string.Join(", ", quota.Pairs("status", "hard")
        .Where(h => h.Key.StartsWith("limits.", StringComparison.Ordinal) == limits).OrderBy(h => h.Key, StringComparer.Ordinal)
        .Select(h => string.Create(CultureInfo.InvariantCulture, $"{h.Key}: {quota.Object("status", "used").Text(h.Key)}/{h.Value}")));
}
