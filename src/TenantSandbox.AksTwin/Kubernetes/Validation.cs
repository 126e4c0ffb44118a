using System.Net;
using static TenantSandbox.AksTwin.Kubernetes.Rules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The rules of metadata, and of each kind that has some of its own.</summary>
internal static class Validation
{
    private const string Probe = "livenessProbe|readinessProbe|startupProbe";

    private static readonly Rule Metadata = All(
        ("labels", Labels),
        ("annotations", QualifiedKeys),
        ("finalizers", Finalizers),
        ("ownerReferences[*].apiVersion|kind|name|uid", Required));

    private static readonly Rule Container = All(
        ("name", Is(Format.Label)),
        ("image", Required),
        ("imagePullPolicy", OneOf("Always", "IfNotPresent", "Never")),
        ("ports[*].containerPort", Port),
        ("ports[*].protocol", OneOf("SCTP", "TCP", "UDP")),
        ("env[*].name", Required),
        ("volumeMounts[*].mountPath", Required),
        ("resources.limits|requests.*", NotNegative),
        ("resources", RequestsWithinLimits),
        (Probe, Handler),
        ($"{Probe}.httpGet|tcpSocket.port", Port));

    private static readonly Rule Pod = All(
        ("containers", Required),
        ("containers|initContainers|volumes", DistinctNames),
        ("containers|initContainers[*]", Container),
        ("", MountedVolumes),
        ("volumes[*].name", Is(Format.Label)),
        ("nodeSelector", Labels),
        ("tolerations[*].operator", OneOf("Equal", "Exists")),
        ("tolerations[*].effect", OneOf("NoSchedule", "PreferNoSchedule", "NoExecute")));

    private static readonly Rule Workload = All(
        ("spec.replicas", NotNegative),
        ("spec", Selector),
        ("spec.template.metadata.labels", Labels),
        ("spec.template.spec", Pod),
        ("spec.template.spec.restartPolicy", OneOf("Always")),
        ("spec.strategy.type", OneOf("Recreate", "RollingUpdate")),
        ("spec.strategy.rollingUpdate.maxSurge|maxUnavailable", CountOrPercent));

    private static readonly Dictionary<ResourceKind, Rule> ByKind = new()
    {
        [Kinds.Pods] = All(("spec", Pod)),
        [Kinds.Deployments] = Workload,
        [Kinds.ReplicaSets] = Workload,
        [Kinds.Services] = All(
            ("spec", Ports),
            ("spec.ports", DistinctNames),
            ("spec.ports[*].port|targetPort", Port),
            ("spec.ports[*].name", Optional(Is(Format.Label))),
            ("spec.type", OneOf("ClusterIP", "LoadBalancer", "NodePort")),
            ("spec.selector", Labels)),
        [Kinds.ResourceQuotas] = All(("spec.hard", Countable), ("spec.hard.*", NotNegative)),
        [Kinds.LimitRanges] = All(
            ("spec.limits[*].type", Required),
            ("spec.limits[*].type", OneOf("Container", "PersistentVolumeClaim", "Pod"))),
        [Kinds.NetworkPolicies] = All(
            ("spec.ingress|egress[*].from|to[*]", Peer),
            ("spec.ingress|egress[*].from|to[*].ipBlock.cidr", Cidr),
            ("spec.ingress|egress[*].from|to[*].ipBlock.except[*]", Cidr),
            ("spec.ingress|egress[*].ports[*].port", Optional(Port)),
            ("spec.ingress|egress[*].ports[*].protocol", OneOf("SCTP", "TCP", "UDP")),
            ("spec.policyTypes[*]", OneOf("Egress", "Ingress"))),
        [Kinds.RuntimeClasses] = All(
            ("handler", Is(Format.Label)),
            ("overhead.podFixed.*", NotNegative),
            ("scheduling.nodeSelector", Labels)),
    };

    /// <exception cref="StatusException">422 with every fault.</exception>
    public static void Check(ResourceKind kind, JsonObject json, JsonObject? old)
    {
        var format = kind == Kinds.Services ? Format.Dns1035 : kind == Kinds.Namespaces ? Format.Label : Format.Subdomain;
        var name = json.Text("metadata", "name");
        List<FieldError> errors =
        [
            .. Is(format, "name or generateName is required")(name, "metadata.name"),
            .. Metadata(json["metadata"], "metadata"),
            .. ByKind.GetValueOrDefault(kind)?.Invoke(json, "") ?? [],
            .. old is null ? [] : Immutable(kind, json, old),
        ];
        if (errors.Count > 0)
        {
            throw StatusException.Invalid(kind, name ?? "", errors);
        }
    }

    private static IEnumerable<FieldError> Immutable(ResourceKind kind, JsonObject json, JsonObject old)
    {
        string[] field = kind == Kinds.RuntimeClasses ? ["handler"] : ["spec", kind == Kinds.Services ? "clusterIP" : "selector"];
        if (!JsonNode.DeepEquals(json.At(field), old.At(field)))
        {
            yield return FieldError.Invalid(string.Join('.', field), json.At(field), "field is immutable");
        }

        if (kind == Kinds.Pods && !JsonNode.DeepEquals(Fixed(json), Fixed(old)))
        {
            yield return FieldError.Forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,"
                + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
                + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)");
        }
    }

    /// <summary>A pod's spec but for what may change.</summary>
    private static JsonObject Fixed(JsonObject pod)
    {
        var spec = pod.Object("spec")!.Copy();
        foreach (var field in (string[])["activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations"])
        {
            spec.Remove(field);
        }

        new Pattern("containers|initContainers[*]").Objects(spec).ForEach(c => c.Remove("image"));
        return spec;
    }

    private static IEnumerable<FieldError> Finalizers(JsonNode? finalizers, string path) => finalizers.Texts().SelectMany(name =>
        name is "orphan" or "foregroundDeletion" or "kubernetes" || name.Contains('/', StringComparison.Ordinal)
            ? QualifiedName(name, path)
            : QualifiedName(name, path).Append(
                FieldError.Invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified")));

    private static IEnumerable<FieldError> MountedVolumes(JsonNode? spec, string path) =>
        from mount in new Pattern("containers|initContainers[*].volumeMounts[*].name").Meet(spec, path)
        where !spec.Items("volumes").Any(v => v.Text("name") == mount.Value.Text())
        select FieldError.NotFound(mount.Path, mount.Value.Text());

    private static IEnumerable<FieldError> RequestsWithinLimits(JsonNode? resources, string path) =>
        from request in resources.Pairs("requests")
        let limit = resources.Text("limits", request.Key)
        where limit is not null && PodResources.Quantity(request.Value) > PodResources.Quantity(limit)
        select FieldError.Invalid($"{path}.requests", request.Value, $"must be less than or equal to {request.Key} limit of {limit}");

    private static IEnumerable<FieldError> Handler(JsonNode? probe, string path) =>
        probe is null || ((string[])["exec", "httpGet", "tcpSocket", "grpc"]).Any(h => probe[h] is not null) ? []
        : [FieldError.Required(path, "must specify a handler type")];

    private static IEnumerable<FieldError> Selector(JsonNode? spec, string path)
    {
        var selector = LabelSelector.From(spec.Object("selector"));
        var labels = spec.Object("template", "metadata", "labels") ?? [];
        if (spec!["selector"] is null)
        {
            yield return FieldError.Required($"{path}.selector");
        }
        else if (selector.IsEmpty)
        {
            yield return FieldError.Invalid($"{path}.selector", spec["selector"], "empty selector is invalid for deployment");
        }

        if (!selector.Matches(labels))
        {
            yield return FieldError.Invalid($"{path}.template.metadata.labels", labels, "`selector` does not match template `labels`");
        }
    }

    private static IEnumerable<FieldError> Ports(JsonNode? spec, string path) =>
        spec!["ports"] is not null || spec.Text("clusterIP") == "None" ? []
        : [FieldError.Required($"{path}.ports")];

    private static IEnumerable<FieldError> Countable(JsonNode? hard, string path) =>
        from resource in hard.Pairs()
        where !resource.Key.Contains('/', StringComparison.Ordinal) && !ResourceQuotaController.Countable.Contains(resource.Key)
        select FieldError.Invalid($"{path}[{resource.Key}]", resource.Key, "must be a standard resource for quota");

    private static IEnumerable<FieldError> Peer(JsonNode? peer, string path) =>
        peer is JsonObject { Count: 0 } ? [FieldError.Required(path, "must specify a peer")] : [];

    private static IEnumerable<FieldError> Cidr(JsonNode? value, string path) => IPNetwork.TryParse(value.Text(), out _)
        ? [] : [FieldError.Invalid(path, value ?? "", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")];
}
