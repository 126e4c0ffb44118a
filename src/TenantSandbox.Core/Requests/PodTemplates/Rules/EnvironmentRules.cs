using TenantSandbox.Core.Requests.Volumes;
using static TenantSandbox.Core.Requests.PodTemplates.FieldRule;

namespace TenantSandbox.Core.Requests.PodTemplates.Rules;

/// <summary>Environment variables and the downward API. <c>$(NAME)</c> and <c>$$</c> are expanded as in Kubernetes.</summary>
internal static class EnvironmentRules
{

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
            Accept("configMapKeyRef", new ObjectValue("ConfigMapKeySelector")),
            Accept("fieldRef", new ObjectValue("ObjectFieldSelector")),
            Refuse("fileKeyRef", "alphaField", "Not part of the stable API."),
            Accept("resourceFieldRef", new ObjectValue("ResourceFieldSelector")),
            Accept("secretKeyRef", new ObjectValue("SecretKeySelector")),
        ])
        { OneOf = ["configMapKeyRef", "fieldRef", "resourceFieldRef", "secretKeyRef"] },
        new("EnvFromSource",
        [
            Accept("configMapRef", new ObjectValue("ConfigMapEnvSource"), "Keys that are no variables' names are left out."),
            Accept("prefix", new TextValue(PodTextRules.EnvPrefix)),
            Accept("secretRef", new ObjectValue("SecretEnvSource")),
        ])
        { OneOf = ["configMapRef", "secretRef"] },
        new("ConfigMapKeySelector",
        [
            Require("key", new TextValue(VolumeTextRules.ConfigMapKey), "A key of the ConfigMap."), VolumeRules.ConfigMapName, VolumeRules.Optional,
        ]),
        new("ConfigMapEnvSource", [VolumeRules.ConfigMapName, VolumeRules.Optional]),
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
