using static TenantSandbox.Core.Requests.PodTemplates.FieldRule;

namespace TenantSandbox.Core.Requests.PodTemplates.Rules;

/// <summary>Environment variables and the downward API. <c>$(NAME)</c> and <c>$$</c> are expanded as in Kubernetes.</summary>
internal static class EnvironmentRules
{
    private const string OwnObjects = "A workload can only refer to objects that its request brings, and requests bring none yet. State the values themselves.";

    private static readonly FieldRule PodVersion = Set("apiVersion", "apiVersion", new ChoiceValue("v1"), "Pods are in v1.");

    public static IReadOnlyList<ObjectRule> Types { get; } =
    [
        new("EnvVar",
        [
            Require("name", new TextValue(TextRules.EnvName)),
            Accept("value", new TextValue(TextRules.EnvValue), "Secrets by valueFrom only."),
            Accept("valueFrom", new ObjectValue("EnvVarSource")),
        ])
        { OneOf = ["value", "valueFrom"], MayHaveNone = true },
        new("EnvVarSource",
        [
            Refuse("configMapKeyRef", "ownObjects", OwnObjects),
            Accept("fieldRef", new ObjectValue("ObjectFieldSelector")),
            Refuse("fileKeyRef", "alphaField", "Not part of the stable API."),
            Accept("resourceFieldRef", new ObjectValue("ResourceFieldSelector")),
            Accept("secretKeyRef", new ObjectValue("SecretKeySelector")),
        ])
        { OneOf = ["fieldRef", "resourceFieldRef", "secretKeyRef"] },
        new("EnvFromSource",
        [
            Refuse("configMapRef", "ownObjects", OwnObjects),
            Accept("prefix", new TextValue(PodTextRules.EnvPrefix)),
            Accept("secretRef", new ObjectValue("SecretEnvSource")),
        ])
        { OneOf = ["configMapRef", "secretRef"] },
        new("ObjectFieldSelector", [PodVersion, Require("fieldPath", new TextValue(PodTextRules.EnvFieldPath))]),
        new("VolumeFieldSelector", [PodVersion, Require("fieldPath", new TextValue(PodTextRules.VolumeFieldPath))])
        {
            Model = "ObjectFieldSelector",
        },
        new("ResourceFieldSelector",
        [
            Accept("containerName", new TextValue(PodTextRules.Label), "Required in a volume."),
            Accept("divisor", new ChoiceValue("1m", "1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"), "1m only for CPU."),
            Require("resource", new ChoiceValue(
                "limits.cpu", "limits.memory", "limits.ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage")),
        ]),
    ];
}
