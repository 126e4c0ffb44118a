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
        [Kinds.Services] = ServiceValidation.Service,
        [Kinds.ResourceQuotas] = QuotaValidation.Quota,
        [Kinds.LimitRanges] = QuotaValidation.LimitRange,
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
        [Kinds.Pods] = PodUpdateValidation.Check,
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
        [Kinds.Services] = ServiceValidation.CheckUpdate,
        [Kinds.ResourceQuotas] = QuotaValidation.CheckUpdate,
        [Kinds.RuntimeClasses] = Immutable("handler"),
        [Kinds.PriorityClasses] = PriorityClassRules.CheckUpdate,
    };

    /// <summary>What only new objects of a kind must keep to.</summary>
    private static readonly Dictionary<ResourceKind, ValidationRule> Creations = new()
    {
        [Kinds.Pods] = ForFields(("spec.ephemeralContainers", Absent("cannot be set on create"))),
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
            .. (old is null ? Creations.GetValueOrDefault(kind)?.Invoke(json, "") : Updates.GetValueOrDefault(kind)?.Invoke(json, old)) ?? [],
        ];
        if (errors.Count > 0)
        {
            throw StatusException.Invalid(kind, name ?? "", errors);
        }
    }

    /// <summary>Checks that an update doesn't mark an object for deletion. Without these fields it keeps those that the object has.</summary>
    /// <exception cref="StatusException">422.</exception>
    public static void CheckDeletionFields(StoredObject live, JsonObject metadata)
    {
        var old = live.Json.GetObject("metadata");
        List<FieldError> errors = [];
        if (old.GetNode("deletionTimestamp") is null && metadata["deletionTimestamp"] is { } time)
        {
            errors.Add(FieldError.Invalid("metadata.deletionTimestamp", time, "field is immutable"));
        }

        if (metadata["deletionGracePeriodSeconds"] is { } seconds && !JsonNode.DeepEquals(seconds, old.GetNode("deletionGracePeriodSeconds")))
        {
            errors.Add(FieldError.Invalid("metadata.deletionGracePeriodSeconds", seconds, "field is immutable"));
        }

        if (errors.Count > 0)
        {
            throw StatusException.Invalid(live.Key.Kind, live.Key.Name, errors);
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

    private static IEnumerable<FieldError> CheckExcept(JsonNode? block, string path) =>
        from except in block.GetStrings("except").Select((text, i) => (Text: text, Index: i))
        where IPNetwork.TryParse(block.GetString("cidr"), out var cidr) && IPNetwork.TryParse(except.Text, out var part)
            && !(cidr.Contains(part.BaseAddress) && cidr.PrefixLength < part.PrefixLength)
        select FieldError.Invalid($"{path}.except[{except.Index}]", except.Text, "must be a strict subset of `cidr`");

    private static IEnumerable<FieldError> CheckPeer(JsonNode? peer, string path) =>
        peer is JsonObject { Count: 0 } ? [FieldError.Required(path, "must specify a peer")] : [];

    private static IEnumerable<FieldError> CheckCidr(JsonNode? value, string path) => IPNetwork.TryParse(value.GetString(), out _)
        ? [] : [FieldError.Invalid(path, value ?? "", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")];
}
