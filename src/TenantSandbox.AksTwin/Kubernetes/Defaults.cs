using static TenantSandbox.AksTwin.Kubernetes.DefaultRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The defaults that the API server sets before validation, for fields that are missing or zero.</summary>
internal static class Defaults
{
    private static readonly Action<JsonObject> Workload = ForParts(
        ("", Always("""{"spec":{"replicas":1,"template":{"metadata":{},"spec":{}}}}""")),
        ("spec.template.spec", PodDefaults.Template));

    private static readonly Dictionary<ResourceKind, Action<JsonObject>> ByKind = new()
    {
        [Kinds.Namespaces] = json =>
            json.EnsureObject("metadata", "labels")["kubernetes.io/metadata.name"] = json.GetString("metadata", "name"),
        [Kinds.Pods] = ForParts(
            ("", Always("""{"spec":{"serviceAccountName":"default","enableServiceLinks":true}}""")),
            ("spec", PodDefaults.Template),
            // Requests default to limits in pods, but not in templates.
            ($"spec.{PodDefaults.Container}.resources", r => Fill(r, JsonTemplate.Fill($$"""{"requests":{{r["limits"]}}}""")))),
        [Kinds.ReplicaSets] = Workload,
        [Kinds.Deployments] = ForParts(
            ("", Workload),
            ("spec", Always("""{"progressDeadlineSeconds":600,"revisionHistoryLimit":10,"strategy":{"type":"RollingUpdate"}}""")),
            ("spec.strategy", When(
                s => s.GetString("type") == "RollingUpdate", """{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"}}"""))),
        [Kinds.DaemonSets] = ForParts(
            ("", Always("""{"spec":{"revisionHistoryLimit":10,"updateStrategy":{"type":"RollingUpdate"},"template":{"metadata":{},"spec":{}}}}""")),
            ("spec.template.spec", PodDefaults.Template),
            ("spec.updateStrategy", When(s => s.GetString("type") == "RollingUpdate", """{"rollingUpdate":{"maxSurge":0,"maxUnavailable":1}}"""))),
        [Kinds.StatefulSets] = ForParts(
            ("", Workload),
            ("spec", Always("""{"podManagementPolicy":"OrderedReady","revisionHistoryLimit":10}""")),
            ("spec", Always("""{"updateStrategy":{"type":"RollingUpdate"}}""")),
            ("spec", Always("""{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Retain","whenScaled":"Retain"}}""")),
            ("spec.updateStrategy", When(s => s.GetString("type") == "RollingUpdate", """{"rollingUpdate":{"partition":0}}""")),
            ("spec.volumeClaimTemplates[*]", StorageDefaults.ClaimTemplate)),
        [Kinds.PersistentVolumeClaims] = StorageDefaults.Claim,
        [Kinds.PersistentVolumes] = StorageDefaults.Volume,
        [Kinds.StorageClasses] = StorageDefaults.StorageClass,
        [Kinds.HorizontalPodAutoscalers] = ForParts(
            ("spec", Always("""{"minReplicas":1}""")),
            ("spec", Always("""
                {"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]}
                """))),
        [Kinds.Gateways] = GatewayDefaults.Gateway,
        [Kinds.HttpRoutes] = GatewayDefaults.HttpRoute,
        [Kinds.Jobs] = BatchDefaults.Job,
        [Kinds.CronJobs] = BatchDefaults.CronJob,
        [Kinds.Secrets] = ConfigurationDefaults.Secret,
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
        [Kinds.PriorityClasses] = Always("""{"preemptionPolicy":"PreemptLowerPriority"}"""),
        [Kinds.AdmissionPolicies] = AdmissionPolicyDefaults.Policy,
        [Kinds.AdmissionPolicyBindings] = AdmissionPolicyDefaults.Binding,
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
        if (kind.FindPodSpec(json) is { } pod && pod.GetString("serviceAccountName") is { } account)
        {
            pod["serviceAccount"] = account;
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

    private static void DefaultLimit(JsonObject limit, string field, string source) =>
        Fill(limit, limit.GetString("type") == "Container" ? JsonTemplate.Fill($$"""{ {{field}}:{{limit[source]}} }""") : []);

    private static string NamespacedName(JsonObject json) =>
        $"{json.GetString("metadata", "namespace")}/{json.GetString("metadata", "name")}";
}
