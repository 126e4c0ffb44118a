using System.Net;
using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates metadata and the fields of each kind.</summary>
internal static class ObjectValidation
{
    private static readonly ValidationRule Metadata = ForFields(
        ("labels", Labels),
        ("annotations", QualifiedKeys),
        ("finalizers", CheckFinalizers),
        ("ownerReferences[*].apiVersion|kind|name|uid", Required));

    private static readonly Dictionary<ResourceKind, ValidationRule> ByKind = new()
    {
        [Kinds.Pods] = ForFields(("spec", PodValidation.Spec)),
        [Kinds.Deployments] = WorkloadValidation.Deployment,
        [Kinds.ReplicaSets] = WorkloadValidation.ReplicaSet,
        [Kinds.StatefulSets] = WorkloadValidation.StatefulSet,
        [Kinds.DaemonSets] = WorkloadValidation.DaemonSet,
        [Kinds.PersistentVolumeClaims] = StorageValidation.Claim,
        [Kinds.PersistentVolumes] = StorageValidation.Volume,
        [Kinds.StorageClasses] = StorageValidation.StorageClass,
        [Kinds.HorizontalPodAutoscalers] = AutoscalerValidation.Autoscaler,
        [Kinds.Gateways] = GatewayValidation.Gateway,
        [Kinds.HttpRoutes] = GatewayValidation.HttpRoute,
        [Kinds.Jobs] = BatchValidation.Job,
        [Kinds.CronJobs] = BatchValidation.CronJob,
        [Kinds.ConfigMaps] = ConfigurationValidation.ConfigMap,
        [Kinds.Secrets] = ConfigurationValidation.Secret,
        [Kinds.Services] = ForFields(
            ("spec", CheckPorts),
            ("spec.ports", DistinctNames),
            ("spec.ports", CheckPortNames),
            ("spec.ports[*].port|targetPort", Port),
            ("spec.ports[*].name", Optional(Matches(NameFormat.Label))),
            ("spec.type", OneOf("ClusterIP", "LoadBalancer", "NodePort")),
            ("spec.sessionAffinity", OneOf("ClientIP", "None")),
            ("spec.externalTrafficPolicy", OneOf("Cluster", "Local")),
            ("spec.selector", Labels)),
        [Kinds.ResourceQuotas] = ForFields(("spec.hard", CheckQuotaResource), ("spec.hard.*", NotNegative)),
        [Kinds.LimitRanges] = ForFields(
            ("spec.limits[*].type", Required),
            ("spec.limits[*].type", OneOf("Container", "PersistentVolumeClaim", "Pod")),
            ("spec.limits[*]", CheckLimit)),
        [Kinds.NetworkPolicies] = ForFields(
            ("spec.ingress|egress[*].from|to[*]", CheckPeer),
            ("spec.ingress|egress[*].from|to[*].ipBlock.cidr", CheckCidr),
            ("spec.ingress|egress[*].from|to[*].ipBlock.except[*]", CheckCidr),
            ("spec.ingress|egress[*].from|to[*].ipBlock", CheckExcept),
            ("spec.ingress|egress[*].ports[*].port", Optional(Port)),
            ("spec.ingress|egress[*].ports[*].protocol", OneOf("SCTP", "TCP", "UDP")),
            ("spec.policyTypes[*]", OneOf("Egress", "Ingress"))),
        [Kinds.CiliumNetworkPolicies] = CiliumValidation.Policy,
        [Kinds.RuntimeClasses] = ForFields(
            ("handler", Matches(NameFormat.Label)),
            ("overhead.podFixed.*", NotNegative),
            ("scheduling.nodeSelector", Labels)),
        [Kinds.PriorityClasses] = PriorityClassRules.PriorityClass,
        [Kinds.AdmissionPolicies] = AdmissionPolicyValidation.Policy,
        [Kinds.AdmissionPolicyBindings] = AdmissionPolicyValidation.Binding,
    };

    private static readonly Dictionary<ResourceKind, UpdateRule> Updates = new()
    {
        [Kinds.Pods] = PodValidation.CheckImmutableFields,
        [Kinds.Deployments] = Immutable("spec.selector"),
        [Kinds.ReplicaSets] = Immutable("spec.selector"),
        [Kinds.DaemonSets] = Immutable("spec.selector"),
        [Kinds.StatefulSets] = WorkloadValidation.CheckStatefulSetUpdate,
        [Kinds.PersistentVolumeClaims] = StorageValidation.CheckClaimUpdate,
        [Kinds.PersistentVolumes] = StorageValidation.CheckVolumeUpdate,
        [Kinds.StorageClasses] = StorageValidation.CheckStorageClassUpdate,
        [Kinds.Jobs] = Immutable("spec.completions", "spec.selector", "spec.template", "spec.completionMode"),
        [Kinds.ConfigMaps] = ConfigurationValidation.CheckUpdate,
        [Kinds.Secrets] = ConfigurationValidation.CheckUpdate,
        [Kinds.Services] = Immutable("spec.clusterIP"),
        [Kinds.RuntimeClasses] = Immutable("handler"),
        [Kinds.PriorityClasses] = PriorityClassRules.CheckUpdate,
    };

    /// <summary>Checks that an update doesn't change immutable fields.</summary>
    private delegate IEnumerable<FieldError> UpdateRule(JsonObject json, JsonObject old);

    /// <param name="old">The object before an update; null for a creation.</param>
    /// <exception cref="StatusException">422, with every validation error.</exception>
    public static void Validate(ResourceKind kind, JsonObject json, JsonObject? old)
    {
        var format = kind == Kinds.Services ? NameFormat.Dns1035Label : kind == Kinds.Namespaces ? NameFormat.Label : NameFormat.Subdomain;
        var name = json.GetString("metadata", "name");
        List<FieldError> errors =
        [
            .. Matches(format, "name or generateName is required")(name, "metadata.name"),
            .. Metadata(json["metadata"], "metadata"),
            .. ByKind.GetValueOrDefault(kind)?.Invoke(json, "") ?? [],
            .. old is null ? [] : Updates.GetValueOrDefault(kind)?.Invoke(json, old) ?? [],
        ];
        if (errors.Count > 0)
        {
            throw StatusException.Invalid(kind, name ?? "", errors);
        }
    }

    private static UpdateRule Immutable(params string[] fields) => (json, old) =>
        from field in fields
        let path = field.Split('.')
        where !JsonNode.DeepEquals(json.GetNode(path), old.GetNode(path))
        select FieldError.Invalid(field, json.GetNode(path), "field is immutable");

    private static IEnumerable<FieldError> CheckFinalizers(JsonNode? finalizers, string path) => finalizers.GetStrings().SelectMany(name =>
        name is "orphan" or "foregroundDeletion" or "kubernetes" || name.Contains('/', StringComparison.Ordinal)
            ? QualifiedName(name, path)
            : QualifiedName(name, path).Append(
                FieldError.Invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified")));

    private static IEnumerable<FieldError> CheckPorts(JsonNode? spec, string path) =>
        spec!["ports"] is not null || spec.GetString("clusterIP") == "None" ? []
        : [FieldError.Required($"{path}.ports")];

    private static IEnumerable<FieldError> CheckPortNames(JsonNode? ports, string path) => ports.GetObjects().Count() < 2 ? []
        : ports.GetObjects().Select((port, i) => (port, i)).Where(p => string.IsNullOrEmpty(p.port.GetString("name")))
            .Select(p => FieldError.Required($"{path}[{p.i}].name"));

    private static IEnumerable<FieldError> CheckLimit(JsonNode? limit, string path) =>
        from field in (string[])["min", "default"]
        from value in limit.GetStringMap(field)
        let most = limit.GetString("max", value.Key)
        where most is not null && PodResources.ParseQuantity(value.Value) > PodResources.ParseQuantity(most)
        select FieldError.Invalid($"{path}.{field}[{value.Key}]", value.Value, $"{field} value {value.Value} is greater than max value {most}");

    private static IEnumerable<FieldError> CheckExcept(JsonNode? block, string path) =>
        from except in block.GetStrings("except").Select((text, i) => (Text: text, Index: i))
        where IPNetwork.TryParse(block.GetString("cidr"), out var cidr) && IPNetwork.TryParse(except.Text, out var part)
            && !(cidr.Contains(part.BaseAddress) && cidr.PrefixLength < part.PrefixLength)
        select FieldError.Invalid($"{path}.except[{except.Index}]", except.Text, "must be a strict subset of `cidr`");

    private static IEnumerable<FieldError> CheckQuotaResource(JsonNode? hard, string path) =>
        from resource in hard.GetStringMap()
        where !resource.Key.Contains('/', StringComparison.Ordinal) && !ResourceQuotaController.SupportedResources.Contains(resource.Key)
        select FieldError.Invalid($"{path}[{resource.Key}]", resource.Key, "must be a standard resource for quota");

    private static IEnumerable<FieldError> CheckPeer(JsonNode? peer, string path) =>
        peer is JsonObject { Count: 0 } ? [FieldError.Required(path, "must specify a peer")] : [];

    private static IEnumerable<FieldError> CheckCidr(JsonNode? value, string path) => IPNetwork.TryParse(value.GetString(), out _)
        ? [] : [FieldError.Invalid(path, value ?? "", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")];
}
