using TenantSandbox.Core.Requests.Secrets;
using static TenantSandbox.Core.Requests.PodTemplates.FieldRule;

namespace TenantSandbox.Core.Requests.PodTemplates.Rules;

/// <summary>The use of the Secrets that a request declares under <c>secretRefs</c>.</summary>
internal static class SecretRules
{
    private const string Declared = "A secretRef of the request.";

    private static readonly IntegerValue FileMode = new(0, 511);

    private static readonly FieldRule Name = Require("name", new TextValue(SecretRefReader.Name), Declared);
    private static readonly FieldRule Optional = Accept("optional", new BooleanValue(), "Makes no difference: every declared key exists.");

    public static IReadOnlyList<ObjectRule> Types { get; } =
    [
        new("LocalObjectReference",
        [
            Require("name", new TextValue(SecretRefReader.Name), "A secretRef of the request, of type kubernetes.io/dockerconfigjson."),
        ]),
        new("SecretKeySelector", [Require("key", new TextValue(SecretRefReader.Key)), Name, Optional]),
        new("SecretEnvSource", [Name, Optional]),
        new("SecretVolumeSource",
        [
            Accept("defaultMode", FileMode, "420 (0644) when absent."),
            Refuse("defaultUser", "alphaField", "Not part of the stable API."),
            Accept("items", new ListValue(new ObjectValue("KeyToPath"), 0, RequestLimits.MaxSecretItemsOfRef), "All keys when absent."),
            Optional,
            Require("secretName", new TextValue(SecretRefReader.Name), Declared),
        ]),
    ];
}
