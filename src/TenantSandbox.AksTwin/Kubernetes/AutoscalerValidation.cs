using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates HorizontalPodAutoscalers.</summary>
internal static class AutoscalerValidation
{
    private static readonly Dictionary<string, string> Sources = new()
    {
        ["Resource"] = "resource",
        ["ContainerResource"] = "containerResource",
        ["Pods"] = "pods",
        ["Object"] = "object",
        ["External"] = "external",
    };

    public static readonly ValidationRule Autoscaler = ForFields(
        ("spec.minReplicas", AtLeastOne),
        ("spec.maxReplicas", (value, path) => Positive(value ?? 0, path)),
        ("spec", CheckBounds),
        ("spec.scaleTargetRef.kind|name", Required),
        ("spec.metrics[*].type", Required),
        ("spec.metrics[*].type", OneOf([.. Sources.Keys])),
        ("spec.metrics[*]", CheckSource),
        ("spec.metrics[*].resource|containerResource.name", Required),
        ("spec.metrics[*].resource|containerResource|pods|object|external.target.type", OneOf("AverageValue", "Utilization", "Value")),
        ("spec.metrics[*].resource|containerResource.target.averageUtilization", Positive),
        ("spec.behavior.scaleUp|scaleDown.stabilizationWindowSeconds", InRange(0, 3600)),
        ("spec.behavior.scaleUp|scaleDown.selectPolicy", OneOf("Disabled", "Max", "Min")),
        ("spec.behavior.scaleUp|scaleDown.policies[*].type", OneOf("Percent", "Pods")),
        ("spec.behavior.scaleUp|scaleDown.policies[*].value|periodSeconds", Positive));

    private static IEnumerable<FieldError> AtLeastOne(JsonNode? value, string path) =>
        value.GetInteger() < 1 ? [FieldError.Invalid(path, value, "must be greater than or equal to 1")] : [];

    private static IEnumerable<FieldError> CheckBounds(JsonNode? spec, string path) =>
        spec.GetInteger("maxReplicas") < spec.GetInteger("minReplicas")
            ? [FieldError.Invalid($"{path}.maxReplicas", spec.GetNode("maxReplicas"), "must be greater than or equal to `minReplicas`")]
            : [];

    private static IEnumerable<FieldError> CheckSource(JsonNode? metric, string path) =>
        metric.GetString("type") is { } type && Sources.GetValueOrDefault(type) is { } field && metric.GetNode(field) is null
            ? [FieldError.Required($"{path}.{field}", "must populate information for the given metric source")] : [];
}
