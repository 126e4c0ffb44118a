namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The defaults that the API server fills in before it validates, for what is missing or zero.</summary>
internal static class Defaults
{
    private const string Container = "containers|initContainers[*]";
    private const string Probe = $"{Container}.livenessProbe|readinessProbe|startupProbe";

    private static readonly Action<JsonObject> Template = All(
        ("", Always("""{"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst"}""")),
        ("", Always("""{"schedulerName":"default-scheduler","securityContext":{}}""")),
        (Container, Always("""{"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","resources":{}}""")),
        (Container, c => Fill(c, new() { ["imagePullPolicy"] = PullPolicy(c.Text("image") ?? "") })),
        ($"{Container}.ports[*]", Always("""{"protocol":"TCP"}""")),
        ($"{Container}.env[*].valueFrom.fieldRef", Always("""{"apiVersion":"v1"}""")),
        (Probe, Always("""{"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3}""")),
        ($"{Probe}.httpGet", Always("""{"path":"/","scheme":"HTTP"}""")),
        ("volumes[*]", When(v => v.Count == 1, """{"emptyDir":{}}""")),
        ("volumes[*].configMap|secret|projected|downwardAPI", Always("""{"defaultMode":420}""")));

    private static readonly Action<JsonObject> Workload = All(
        ("", Always("""{"spec":{"replicas":1,"template":{"metadata":{},"spec":{}}}}""")),
        ("spec.template.spec", Template));

    private static readonly Dictionary<ResourceKind, Action<JsonObject>> ByKind = new()
    {
        [Kinds.Namespaces] = json => json.Ensure("metadata", "labels")["kubernetes.io/metadata.name"] = json.Text("metadata", "name"),
        [Kinds.Pods] = All(
            ("", Always("""{"spec":{"serviceAccountName":"default","enableServiceLinks":true}}""")),
            ("spec", Always("""{"priority":0,"preemptionPolicy":"PreemptLowerPriority"}""")),
            ("spec", Template),
            // Only pods get requests from limits; a template keeps what was written.
            ($"spec.{Container}.resources", r => Fill(r, Json.Of($$"""{"requests":{{r["limits"]}}}""")))),
        [Kinds.ReplicaSets] = Workload,
        [Kinds.Deployments] = All(
            ("", Workload),
            ("spec", Always("""{"progressDeadlineSeconds":600,"revisionHistoryLimit":10,"strategy":{"type":"RollingUpdate"}}""")),
            ("spec.strategy", When(
                s => s.Text("type") == "RollingUpdate", """{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"}}"""))),
        [Kinds.Services] = All(
            ("", Always("""{"spec":{"type":"ClusterIP","sessionAffinity":"None","internalTrafficPolicy":"Cluster"}}""")),
            ("spec", Always("""{"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"}""")),
            ("", s => Fill(s, Json.Of($$"""{"spec":{"clusterIP":{{Names.Address("10.0", Title(s))}} } }"""))),
            ("spec", s => Fill(s, Json.Of($$"""{"clusterIPs":[{{s["clusterIP"]}}]}"""))),
            ("spec.ports[*]", p => Fill(p, Json.Of($$"""{"protocol":"TCP","targetPort":{{p["port"]}}}""")))),
        [Kinds.NetworkPolicies] = All(
            ("", Always("""{"spec":{"podSelector":{}}}""")),
            ("spec", When(s => s["egress"] is null, """{"policyTypes":["Ingress"]}""")),
            ("spec", Always("""{"policyTypes":["Ingress","Egress"]}""")),
            ("spec.ingress|egress[*].ports[*]", Always("""{"protocol":"TCP"}"""))),
        [Kinds.LimitRanges] = All(
            ("spec.limits[*]", l => Limit(l, "default", "max")),
            ("spec.limits[*]", l => Limit(l, "defaultRequest", "default")),
            ("spec.limits[*]", l => Limit(l, "defaultRequest", "min"))),
    };

    /// <summary>Fields that aren't pointers in Go, where zero is as good as nothing.</summary>
    private static readonly HashSet<string> ZeroIsNone =
    [
        "failureThreshold", "hostIPC", "hostNetwork", "hostPID", "hostPort", "initialDelaySeconds", "minReadySeconds", "nodePort", "paused",
        "periodSeconds", "publishNotReadyAddresses", "readOnly", "stdin", "stdinOnce", "successThreshold", "timeoutSeconds", "tty",
        "unschedulable",
    ];

    public static void Apply(ResourceKind kind, JsonObject json)
    {
        RemoveZeros(json);
        ByKind.GetValueOrDefault(kind)?.Invoke(json);
        var pod = kind == Kinds.Pods ? json.Object("spec") : json.Object("spec", "template", "spec");
        if (pod.Text("serviceAccountName") is { } account)
        {
            pod!["serviceAccount"] = account;
        }
    }

    /// <summary>Gives an object, and the objects in it, the fields that it lacks; an empty text is as good as none.</summary>
    public static void Fill(JsonObject json, JsonObject fields)
    {
        foreach (var (name, value) in fields)
        {
            if (json[name] is null || json[name].Text() == "")
            {
                json[name] = value?.DeepClone();
            }
            else if (json[name] is JsonObject inner && value is JsonObject more)
            {
                Fill(inner, more);
            }
        }
    }

    private static void RemoveZeros(JsonNode? node)
    {
        foreach (var (name, value) in (node as JsonObject ?? []).ToList())
        {
            if (ZeroIsNone.Contains(name) && (value.Number() is 0 || value.Flag() is false))
            {
                node!.AsObject().Remove(name);
            }

            RemoveZeros(value);
        }

        foreach (var item in node as JsonArray ?? [])
        {
            RemoveZeros(item);
        }
    }

    /// <summary>A table of defaults, each for the parts that its pattern meets, in order.</summary>
    private static Action<JsonObject> All(params (string Where, Action<JsonObject> Fill)[] table)
    {
        var defaults = table.Select(d => (Where: new Pattern(d.Where), d.Fill)).ToArray();
        return json => Array.ForEach(defaults, d => d.Where.Objects(json).ForEach(d.Fill));
    }

    private static Action<JsonObject> Always(string fields) => When(_ => true, fields);

    private static Action<JsonObject> When(Predicate<JsonObject> holds, string fields)
    {
        var parsed = Json.From(fields);
        return part => Fill(part, holds(part) ? parsed : []);
    }

    private static void Limit(JsonObject limit, string field, string source) =>
        Fill(limit, limit.Text("type") == "Container" ? Json.Of($$"""{ {{field}}:{{limit[source]}} }""") : []);

    private static string Title(JsonObject json) => $"{json.Text("metadata", "namespace")}/{json.Text("metadata", "name")}";

    private static string PullPolicy(string image)
    {
        var tag = image[(image.LastIndexOf('/') + 1)..].Split(':').ElementAtOrDefault(1);
        return tag is null or "latest" ? "Always" : "IfNotPresent";
    }
}
