namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The defaults that the API server sets before validation, for fields that are missing or zero.</summary>
internal static class Defaults
{
    private const string Container = "containers|initContainers[*]";
    private const string Probe = $"{Container}.livenessProbe|readinessProbe|startupProbe";

    private static readonly Action<JsonObject> Template = ForParts(
        ("", Always("""{"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst"}""")),
        ("", Always("""{"schedulerName":"default-scheduler","securityContext":{}}""")),
        (Container, Always("""{"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","resources":{}}""")),
        (Container, c => Fill(c, new() { ["imagePullPolicy"] = PullPolicy(c.GetString("image") ?? "") })),
        ($"{Container}.ports[*]", Always("""{"protocol":"TCP"}""")),
        ($"{Container}.env[*].valueFrom.fieldRef", Always("""{"apiVersion":"v1"}""")),
        (Probe, Always("""{"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3}""")),
        ($"{Probe}.httpGet", Always("""{"path":"/","scheme":"HTTP"}""")),
        ($"{Probe}.grpc", g => g.SetDefault("service", "")),
        ($"{Container}.lifecycle.postStart|preStop.httpGet", Always("""{"path":"/","scheme":"HTTP"}""")),
        ($"{Container}.env[*].valueFrom.resourceFieldRef", Always("""{"divisor":"0"}""")),
        ("volumes[*]", When(v => v.Count == 1, """{"emptyDir":{}}""")),
        ("volumes[*].configMap|secret|projected|downwardAPI", Always("""{"defaultMode":420}""")),
        ("volumes[*].downwardAPI.items[*].fieldRef", Always("""{"apiVersion":"v1"}""")),
        ("volumes[*].projected.sources[*].downwardAPI.items[*].fieldRef", Always("""{"apiVersion":"v1"}""")),
        ("volumes[*].projected.sources[*].serviceAccountToken", Always("""{"expirationSeconds":3600}""")),
        ("volumes[*].ephemeral.volumeClaimTemplate", Always("""{"metadata":{},"spec":{"volumeMode":"Filesystem"}}""")));

    private static readonly Action<JsonObject> Workload = ForParts(
        ("", Always("""{"spec":{"replicas":1,"template":{"metadata":{},"spec":{}}}}""")),
        ("spec.template.spec", Template));

    private static readonly Dictionary<ResourceKind, Action<JsonObject>> ByKind = new()
    {
        [Kinds.Namespaces] = json =>
            json.EnsureObject("metadata", "labels")["kubernetes.io/metadata.name"] = json.GetString("metadata", "name"),
        [Kinds.Pods] = ForParts(
            ("", Always("""{"spec":{"serviceAccountName":"default","enableServiceLinks":true}}""")),
            ("spec", Always("""{"priority":0,"preemptionPolicy":"PreemptLowerPriority"}""")),
            ("spec", Template),
            // Requests default to limits in pods, but not in templates.
            ($"spec.{Container}.resources", r => Fill(r, JsonTemplate.Fill($$"""{"requests":{{r["limits"]}}}""")))),
        [Kinds.ReplicaSets] = Workload,
        [Kinds.Deployments] = ForParts(
            ("", Workload),
            ("spec", Always("""{"progressDeadlineSeconds":600,"revisionHistoryLimit":10,"strategy":{"type":"RollingUpdate"}}""")),
            ("spec.strategy", When(
                s => s.GetString("type") == "RollingUpdate", """{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"}}"""))),
        [Kinds.Services] = ForParts(
            ("", Always("""{"spec":{"type":"ClusterIP","sessionAffinity":"None","internalTrafficPolicy":"Cluster"}}""")),
            ("spec", Always("""{"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"}""")),
            ("", s => Fill(s, JsonTemplate.Fill($$"""
                {"spec":{"clusterIP":{{DeterministicNames.Address("10.0", NamespacedName(s))}} } }
                """))),
            ("spec", s => Fill(s, JsonTemplate.Fill($$"""{"clusterIPs":[{{s["clusterIP"]}}]}"""))),
            ("spec.ports[*]", p => Fill(p, JsonTemplate.Fill($$"""{"protocol":"TCP","targetPort":{{p["port"]}}}""")))),
        [Kinds.NetworkPolicies] = ForParts(
            ("", Always("""{"spec":{"podSelector":{}}}""")),
            ("spec", When(s => s["egress"] is null, """{"policyTypes":["Ingress"]}""")),
            ("spec", Always("""{"policyTypes":["Ingress","Egress"]}""")),
            ("spec.ingress|egress[*].ports[*]", Always("""{"protocol":"TCP"}"""))),
        [Kinds.LimitRanges] = ForParts(
            ("spec.limits[*]", l => DefaultLimit(l, "default", "max")),
            ("spec.limits[*]", l => DefaultLimit(l, "defaultRequest", "default")),
            ("spec.limits[*]", l => DefaultLimit(l, "defaultRequest", "min"))),
    };

    /// <summary>Fields that aren't pointers in Go: zero equals missing.</summary>
    private static readonly HashSet<string> OmittedIfZero =
    [
        "failureThreshold", "hostIPC", "hostNetwork", "hostPID", "hostPort", "initialDelaySeconds", "minReadySeconds", "nodePort", "paused",
        "periodSeconds", "publishNotReadyAddresses", "readOnly", "stdin", "stdinOnce", "successThreshold", "timeoutSeconds", "tty",
        "unschedulable",
    ];

    public static void Apply(ResourceKind kind, JsonObject json)
    {
        RemoveZeros(json);
        ByKind.GetValueOrDefault(kind)?.Invoke(json);
        var pod = kind == Kinds.Pods ? json.GetObject("spec") : json.GetObject("spec", "template", "spec");
        if (pod.GetString("serviceAccountName") is { } account)
        {
            pod!["serviceAccount"] = account;
        }
    }

    /// <summary>Adds fields that an object lacks, recursively; an empty string counts as missing.</summary>
    public static void Fill(JsonObject json, JsonObject fields)
    {
        foreach (var (name, value) in fields)
        {
            if (json[name] is null || json[name].GetString() == "")
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
            if (OmittedIfZero.Contains(name) && (value.GetInteger() is 0 || value.GetBoolean() is false))
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

    /// <summary>Combines defaults; each applies to the objects that its pattern matches, in order.</summary>
    private static Action<JsonObject> ForParts(params (string Pattern, Action<JsonObject> Fill)[] table)
    {
        var defaults = table.Select(d => (Pattern: new FieldPattern(d.Pattern), d.Fill)).ToArray();
        return json => Array.ForEach(defaults, d => d.Pattern.MatchObjects(json).ForEach(d.Fill));
    }

    private static Action<JsonObject> Always(string fields) => When(_ => true, fields);

    private static Action<JsonObject> When(Predicate<JsonObject> condition, string fields)
    {
        var parsed = JsonTemplate.Parse(fields);
        return part => Fill(part, condition(part) ? parsed : []);
    }

    private static void DefaultLimit(JsonObject limit, string field, string source) =>
        Fill(limit, limit.GetString("type") == "Container" ? JsonTemplate.Fill($$"""{ {{field}}:{{limit[source]}} }""") : []);

    private static string NamespacedName(JsonObject json) =>
        $"{json.GetString("metadata", "namespace")}/{json.GetString("metadata", "name")}";

    private static string PullPolicy(string image)
    {
        var tag = image[(image.LastIndexOf('/') + 1)..].Split(':').ElementAtOrDefault(1);
        return tag is null or "latest" ? "Always" : "IfNotPresent";
    }
}
