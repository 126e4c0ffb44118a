using System.Net;
using System.Text.Json.Nodes;
using static TenantSandbox.AksTwin.Kubernetes.Rules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The rules of metadata, and of each kind that has some of its own.</summary>
internal static class Validation
{
    private static readonly Rule Metadata = All(
        ("labels", Labels),
        ("annotations", QualifiedKeys),
        ("finalizers", Finalizers),
        ("ownerReferences[*].apiVersion|kind|name|uid", NotEmpty));

    private static readonly Rule Workload = All(
        ("spec.replicas", NotNegative),
        ("spec", Selector),
        ("spec.template.metadata.labels", Labels),
        ("spec.template.spec", PodValidation.Spec),
        ("spec.template.spec.restartPolicy", OneOf("Always")),
        ("spec.strategy.type", OneOf("Recreate", "RollingUpdate")));

    private static readonly Dictionary<ResourceKind, Rule> ByKind = new()
    {
        [Kinds.Pods] = All(("spec", PodValidation.Spec)),
        [Kinds.Deployments] = Workload,
        [Kinds.ReplicaSets] = Workload,
        [Kinds.Services] = All(
            ("spec", Ports),
            ("spec.ports", DistinctNames),
            ("spec.ports[*].port|targetPort", Port),
            ("spec.ports[*].name", Optional(Is(Format.Label))),
            ("spec.type", OneOf("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")),
            ("spec.selector", Labels)),
        [Kinds.ResourceQuotas] = All(
            ("spec.hard", Countable),
            ("spec.hard.*", NotNegative)),
        [Kinds.LimitRanges] = All(
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
            .. old is null ? [] : Immutable(kind == Kinds.RuntimeClasses ? "handler" : kind == Kinds.Services ? "spec.clusterIP" : "spec.selector", json, old),
            .. old is not null && kind == Kinds.Pods ? PodValidation.CheckUpdate(json.Object("spec")!, old.Object("spec")!) : [],
        ];
        if (errors.Count > 0)
            throw StatusException.Invalid(kind, name ?? "", errors);
    }

    private static FieldError[] Immutable(string field, JsonObject json, JsonObject old)
    {
        var (now, before) = (json.At(field.Split('.')), old.At(field.Split('.')));
        return JsonNode.DeepEquals(now, before) ? [] : [FieldError.Invalid(field, now, "field is immutable")];
    }

    private static IEnumerable<FieldError> Finalizers(JsonNode? finalizers, string path) => finalizers.Texts().SelectMany(name =>
        name is "orphan" or "foregroundDeletion" or "kubernetes" || name.Contains('/', StringComparison.Ordinal)
            ? QualifiedName(name, path)
            : [FieldError.Invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified")]);

    private static IEnumerable<FieldError> NotEmpty(JsonNode? value, string path) =>
        string.IsNullOrEmpty(value.Text()) ? [FieldError.Invalid(path, "", "must not be empty")] : [];

    private static IEnumerable<FieldError> Selector(JsonNode? spec, string path)
    {
        var (selector, labels) = (LabelSelector.From(spec.Object("selector")), spec.Object("template", "metadata", "labels"));
        if (spec!["selector"] is null)
            yield return FieldError.Required($"{path}.selector");
        else if (selector.IsEmpty)
            yield return FieldError.Invalid($"{path}.selector", spec["selector"], "empty selector is invalid for deployment");
        if (!selector.Matches(labels))
            yield return FieldError.Invalid($"{path}.template.metadata.labels", labels ?? [], "`selector` does not match template `labels`");
    }

    private static IEnumerable<FieldError> Ports(JsonNode? spec, string path)
    {
        var names = spec.Items("ports").Select(p => p.Text("name")).ToList();
        if (names.Count == 0 && spec.Text("clusterIP") != "None" && spec.Text("type") != "ExternalName")
            return [FieldError.Required($"{path}.ports")];
        return Enumerable.Range(0, names.Count).Where(i => names.Count > 1 && names[i] is null).Select(i => FieldError.Required($"{path}.ports[{i}].name"));
    }

    private static IEnumerable<FieldError> Countable(JsonNode? hard, string path) =>
        from resource in hard.Pairs()
        where !resource.Key.Contains('/', StringComparison.Ordinal) && !ResourceQuotaController.Countable.Contains(resource.Key)
        select FieldError.Invalid($"{path}[{resource.Key}]", resource.Key, "must be a standard resource for quota");

    private static IEnumerable<FieldError> Peer(JsonNode? peer, string path) =>
        peer is JsonObject { Count: 0 } ? [FieldError.Required(path, "must specify a peer")]
        : peer is JsonObject { Count: > 1 } && peer["ipBlock"] is not null ? [FieldError.Forbidden(path, "may not specify both ipBlock and another peer")]
        : [];

    private static IEnumerable<FieldError> Cidr(JsonNode? value, string path) => IPNetwork.TryParse(value.Text(), out _)
        ? [] : [FieldError.Invalid(path, value ?? "", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")];
}
