using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The defaults that the API server fills in before it validates.</summary>
internal static class Defaults
{
    private const string Container = "containers|initContainers[*]";
    private const string Probe = $"{Container}.livenessProbe|readinessProbe|startupProbe";
    private const string Clustered = """{"internalTrafficPolicy":"Cluster","ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"}""";

    private static readonly (string Where, Func<JsonObject, JsonObject> Fields)[] Template =
    [
        ("", Always("""{"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst"}""")),
        ("", Always("""{"schedulerName":"default-scheduler","securityContext":{}}""")),
        (Container, Always("""{"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","resources":{}}""")),
        (Container, c => new() { ["imagePullPolicy"] = PullPolicy(c.Text("image") ?? "") }),
        ($"{Container}.ports[*]", Always("""{"protocol":"TCP"}""")),
        ($"{Container}.env[*].valueFrom.fieldRef", Always("""{"apiVersion":"v1"}""")),
        (Probe, Always("""{"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3}""")),
        ($"{Probe}.httpGet", Always("""{"path":"/","scheme":"HTTP"}""")),
        ("volumes[*]", When(v => v.Count == 1, """{"emptyDir":{}}""")),
        ("volumes[*].configMap|secret|projected|downwardAPI", Always("""{"defaultMode":420}""")),
    ];

    private static readonly (string Where, Func<JsonObject, JsonObject> Fields)[] Workload =
    [
        ("", Always("""{"spec":{"replicas":1,"template":{"metadata":{},"spec":{}}}}""")),
        .. Template.Select(d => ($"spec.template.spec.{d.Where}", d.Fields)),
    ];

    /// <summary>By kind: which fields are filled in where, unless they are there.</summary>
    private static readonly Dictionary<ResourceKind, (Pattern Where, Func<JsonObject, JsonObject> Fields)[]> Tables = new()
    {
        [Kinds.Pods] = Table(
        [
            ("", Always("""{"spec":{"enableServiceLinks":true,"priority":0,"preemptionPolicy":"PreemptLowerPriority","serviceAccountName":"default"}}""")),
            .. Template.Select(d => ($"spec.{d.Where}", d.Fields)),
            // Only pods get requests from limits; a template keeps what was written.
            ($"spec.{Container}.resources", r => Json.Of($$"""{"requests":{{r["limits"]}}}""")),
        ]),
        [Kinds.ReplicaSets] = Table(Workload),
        [Kinds.Deployments] = Table(
        [
            .. Workload,
            ("spec", Always("""{"progressDeadlineSeconds":600,"revisionHistoryLimit":10,"strategy":{"type":"RollingUpdate"}}""")),
            ("spec.strategy", When(s => s.Text("type") == "RollingUpdate", """{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"}}""")),
        ]),
        [Kinds.Services] = Table(
        [
            ("", Always("""{"spec":{"type":"ClusterIP","sessionAffinity":"None"}}""")),
            ("spec.ports[*]", Always("""{"protocol":"TCP"}""")),
            ("spec.ports[*]", p => Json.Of($$"""{"targetPort":{{p["port"]}}}""")),
            ("spec", When(s => s.Text("type") != "ExternalName", Clustered)),
        ]),
        [Kinds.NetworkPolicies] = Table(
        [
            ("", Always("""{"spec":{"podSelector":{}}}""")),
            ("spec", When(s => s["egress"] is null, """{"policyTypes":["Ingress"]}""")),
            ("spec", Always("""{"policyTypes":["Ingress","Egress"]}""")),
            ("spec.ingress|egress[*].ports[*]", Always("""{"protocol":"TCP"}""")),
        ]),
        [Kinds.LimitRanges] = Table([Limit("default", "max"), Limit("defaultRequest", "default"), Limit("defaultRequest", "min")]),
    };

    public static void Apply(ResourceKind kind, JsonObject json)
    {
        foreach (var (where, fields) in Tables.GetValueOrDefault(kind) ?? [])
        {
            foreach (var part in where.Meet(json, "").Select(m => m.Value).OfType<JsonObject>())
                Fill(part, fields(part));
        }

        if (kind == Kinds.Namespaces)
            json.Ensure("metadata", "labels")["kubernetes.io/metadata.name"] = json.Text("metadata", "name");
        var pod = kind == Kinds.Pods ? json.Object("spec") : json.Object("spec", "template", "spec");
        if (pod.Text("serviceAccountName") is { } account)
            pod!["serviceAccount"] = account;
    }

    /// <summary>Gives an object, and the objects in it, the fields that it lacks.</summary>
    public static void Fill(JsonObject json, JsonObject fields)
    {
        foreach (var (name, value) in fields)
        {
            if (json[name] is null)
                json[name] = value?.DeepClone();
            else if (json[name] is JsonObject inner && value is JsonObject more)
                Fill(inner, more);
        }
    }

    private static (Pattern Where, Func<JsonObject, JsonObject> Fields)[] Table((string Where, Func<JsonObject, JsonObject> Fields)[] table) =>
        [.. table.Select(d => (new Pattern(d.Where), d.Fields))];

    private static Func<JsonObject, JsonObject> Always(string fields) => When(_ => true, fields);

    private static Func<JsonObject, JsonObject> When(Predicate<JsonObject> holds, string fields)
    {
        var parsed = (JsonObject)JsonNode.Parse(fields)!;
        return part => holds(part) ? parsed : [];
    }

    private static (string Where, Func<JsonObject, JsonObject> Fields) Limit(string field, string source) =>
        ("spec.limits[*]", l => l.Text("type") == "Container" ? Json.Of($$"""{ {{field}}:{{l[source]}} }""") : []);

    private static string PullPolicy(string image)
    {
        var tag = image[(image.LastIndexOf('/') + 1)..];
        return !tag.Contains(':', StringComparison.Ordinal) || tag.EndsWith(":latest", StringComparison.Ordinal) ? "Always" : "IfNotPresent";
    }
}
