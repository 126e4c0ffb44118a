using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The defaults that the API server fills in before it validates.</summary>
internal static class Defaults
{
    public static void Apply(ResourceKind kind, JsonObject json)
    {
        var spec = json.Object("spec");
        if (kind == Kinds.Namespaces)
            json.Ensure("metadata", "labels")["kubernetes.io/metadata.name"] = json.Text("metadata", "name");
        else if (kind == Kinds.Pods && spec is not null)
            Pod(spec);
        else if (kind.HasScale && spec is not null)
            Workload(kind, spec);
        else if (kind == Kinds.Services && spec is not null)
            Service(spec);
        else if (kind == Kinds.NetworkPolicies)
            NetworkPolicy(json.Ensure("spec"));
        else if (kind == Kinds.LimitRanges)
            LimitRange(spec);
    }

    private static void Pod(JsonObject spec)
    {
        Template(spec);
        spec.Default("enableServiceLinks", true);
        foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")))
        {
            // Only pods get requests from limits; a template keeps what was written.
            foreach (var (name, limit) in container.Object("resources", "limits")?.ToList() ?? [])
                container.Ensure("resources", "requests").Default(name, limit!.DeepClone());
        }
    }

    private static void Workload(ResourceKind kind, JsonObject spec)
    {
        spec.Default("replicas", 1);
        spec.Ensure("template").Ensure("metadata");
        Template(spec.Ensure("template", "spec"));
        if (kind != Kinds.Deployments)
            return;
        spec.Default("progressDeadlineSeconds", 600);
        spec.Default("revisionHistoryLimit", 10);
        var strategy = spec.Ensure("strategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            strategy.Ensure("rollingUpdate").Default("maxSurge", "25%");
            strategy.Ensure("rollingUpdate").Default("maxUnavailable", "25%");
        }
    }

    private static void Template(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("schedulerName", "default-scheduler");
        spec.Ensure("securityContext");
        if (spec.Text("serviceAccountName") is { } account)
            spec["serviceAccount"] = account;
        foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")))
        {
            var image = container.Text("image") ?? "";
            var tag = image[(image.LastIndexOf('/') + 1)..];
            container.Default("imagePullPolicy", !tag.Contains(':') || tag.EndsWith(":latest", StringComparison.Ordinal) ? "Always" : "IfNotPresent");
            container.Default("terminationMessagePath", "/dev/termination-log");
            container.Default("terminationMessagePolicy", "File");
            container.Ensure("resources");
            foreach (var port in container.Items("ports"))
                port.Default("protocol", "TCP");
            foreach (var field in container.Items("env").Select(e => e.Object("valueFrom", "fieldRef")).OfType<JsonObject>())
                field.Default("apiVersion", "v1");
            foreach (var probe in (string[])["livenessProbe", "readinessProbe", "startupProbe"])
                Probe(container.Object(probe));
        }

        foreach (var volume in spec.Items("volumes"))
        {
            if (volume.Count == 1)
                volume["emptyDir"] = new JsonObject();
            foreach (var source in (string[])["configMap", "secret", "projected", "downwardAPI"])
                volume.Object(source)?.Default("defaultMode", 420);
        }
    }

    private static void Probe(JsonObject? probe)
    {
        if (probe is null)
            return;
        probe.Default("timeoutSeconds", 1);
        probe.Default("periodSeconds", 10);
        probe.Default("successThreshold", 1);
        probe.Default("failureThreshold", 3);
        if (probe.Object("httpGet") is { } get)
        {
            get.Default("path", "/");
            get.Default("scheme", "HTTP");
        }
    }

    private static void Service(JsonObject spec)
    {
        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        foreach (var port in spec.Items("ports"))
        {
            port.Default("protocol", "TCP");
            if (port["port"] is { } number)
                port.Default("targetPort", number.DeepClone());
        }

        if (spec.Text("type") == "ExternalName")
            return;
        spec.Default("internalTrafficPolicy", "Cluster");
        spec.Default("ipFamilies", new JsonArray("IPv4"));
        spec.Default("ipFamilyPolicy", "SingleStack");
    }

    private static void NetworkPolicy(JsonObject spec)
    {
        spec.Ensure("podSelector");
        if (spec["policyTypes"] is null)
            spec["policyTypes"] = spec["egress"] is null ? new JsonArray("Ingress") : new JsonArray("Ingress", "Egress");
        foreach (var port in spec.Items("ingress").Concat(spec.Items("egress")).SelectMany(r => r.Items("ports")))
            port.Default("protocol", "TCP");
    }

    private static void LimitRange(JsonObject? spec)
    {
        foreach (var limit in spec.Items("limits").Where(l => l.Text("type") == "Container"))
        {
            Fill(limit, "default", "max");
            Fill(limit, "defaultRequest", "default");
            Fill(limit, "defaultRequest", "min");
        }

        static void Fill(JsonObject limit, string target, string source)
        {
            foreach (var (name, value) in limit.Object(source)?.ToList() ?? [])
                limit.Ensure(target).Default(name, value!.DeepClone());
        }
    }
}
