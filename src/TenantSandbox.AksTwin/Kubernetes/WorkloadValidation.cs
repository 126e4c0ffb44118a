using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates the workloads whose pods are always restarted.</summary>
internal static class WorkloadValidation
{
    public static readonly ValidationRule ReplicaSet = ForFields(
        ("", Replicated("ReplicaSet")),
        ("spec.template.spec", PodValidation.Spec),
        ("spec.template.spec.ephemeralContainers", PodValidation.NotInTemplate));

    public static readonly ValidationRule Deployment = ForFields(
        ("", ReplicaSet),
        ("spec.strategy.type", OneOf("Recreate", "RollingUpdate")),
        ("spec.strategy.rollingUpdate.maxSurge|maxUnavailable", CountOrPercent),
        ("spec.strategy.rollingUpdate", CheckRollingUpdate),
        ("spec", CheckDeadline));

    public static readonly ValidationRule DaemonSet = ForFields(
        ("", Replicated("DaemonSet")),
        ("spec.template.spec", PodValidation.Spec),
        ("spec.updateStrategy.type", OneOf("RollingUpdate", "OnDelete")),
        ("spec.updateStrategy.rollingUpdate.maxSurge|maxUnavailable", CountOrPercent),
        ("spec.minReadySeconds|revisionHistoryLimit", NotNegative));

    // Kubernetes leaves the rest of the pod to the pods: they have volumes that the template doesn't (seen on 1.20).
    public static readonly ValidationRule StatefulSet = ForFields(
        ("", Replicated("StatefulSet")),
        ("spec.podManagementPolicy", OneOf("OrderedReady", "Parallel")),
        ("spec.updateStrategy.type", OneOf("RollingUpdate", "OnDelete")),
        ("spec.updateStrategy.rollingUpdate.partition", NotNegative),
        ("spec.persistentVolumeClaimRetentionPolicy.whenDeleted|whenScaled", OneOf("Retain", "Delete")),
        ("spec.minReadySeconds|revisionHistoryLimit", NotNegative),
        ("spec.ordinals.start", NotNegative));

    public static IEnumerable<FieldError> CheckStatefulSetUpdate(JsonObject json, JsonObject old) =>
        JsonNode.DeepEquals(ImmutableSpec(json), ImmutableSpec(old)) ? []
        : [FieldError.Forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
            + "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")];

    private static readonly string[] MutableFields =
    [
        "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    ];

    private static JsonObject ImmutableSpec(JsonObject set)
    {
        var spec = set.GetObject("spec")!.Copy();
        foreach (var field in MutableFields)
        {
            spec.Remove(field);
        }

        return spec;
    }

    private static IEnumerable<FieldError> CheckRollingUpdate(JsonNode? rolling, string path)
    {
        return IsZero("maxSurge") && IsZero("maxUnavailable")
            ? [FieldError.Invalid($"{path}.maxUnavailable", rolling.GetNode("maxUnavailable"), "may not be 0 when `maxSurge` is 0")] : [];

        bool IsZero(string field) => rolling.GetInteger(field) is 0 || rolling.GetString(field)?.TrimStart('0') is "%";
    }

    private static IEnumerable<FieldError> CheckDeadline(JsonNode? spec, string path) =>
        spec.GetInteger("progressDeadlineSeconds") is { } deadline && deadline <= (spec.GetInteger("minReadySeconds") ?? 0)
            ? [FieldError.Invalid($"{path}.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds")] : [];

    private static ValidationRule Replicated(string kind) => ForFields(
        ("spec.replicas", NotNegative),
        ("spec", CheckSelector),
        ("spec.template.metadata.labels", Labels),
        ("spec.template.spec.restartPolicy", OneOf("Always")),
        ("spec.template.spec.activeDeadlineSeconds", Absent($"activeDeadlineSeconds in {kind} is not Supported")));

    private static IEnumerable<FieldError> CheckSelector(JsonNode? spec, string path)
    {
        var selector = LabelSelector.From(spec.GetObject("selector"));
        var labels = spec.GetObject("template", "metadata", "labels") ?? [];
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
}
