using System.Collections.Frozen;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.PodTemplates.Rules;

namespace TenantSandbox.Core.Requests.PodTemplates;

/// <summary>
/// What a request's pod template may have: for every type of the Kubernetes API that is reachable through accepted fields, every field with
/// its rule. The reader, the JSON schema and docs/pod-template.md are made from this table.
/// </summary>
internal static class PodTemplateRules
{
    /// <summary>The types in the order of the documentation.</summary>
    public static IReadOnlyList<ObjectRule> Types { get; } =
    [
        .. PodRules.Types, .. PodSecurityRules.Types, .. SchedulingRules.Types, .. ContainerRules.Types, .. EnvironmentRules.Types,
        .. ProbeRules.Types, .. ResourceRules.Types, .. VolumeRules.Types, .. ClaimRules.Types, .. SecretRules.Types,
    ];

    private static readonly FrozenDictionary<string, ObjectRule> ByName = Types.Concat(KindRules.Types).ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>The type of the template itself.</summary>
    public static ObjectRule Root => Of("PodTemplateSpec");

    /// <summary>The rules of a type. Each type in the table refers only to types in the table.</summary>
    public static ObjectRule Of(string type) => ByName[type];
}
