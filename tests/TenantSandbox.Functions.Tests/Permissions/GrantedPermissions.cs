using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using TenantSandbox.AksTwin;

namespace TenantSandbox.Functions.Tests.Permissions;

/// <summary>An action that a custom role grants, and the type of resource that it is assigned at.</summary>
/// <param name="Scope">The type, such as <c>Microsoft.ContainerService/managedClusters</c>.</param>
/// <param name="Action">The action.</param>
internal sealed record GrantedAction(string Scope, string Action);

/// <summary>A verb that the ClusterRole grants.</summary>
/// <param name="Group">The API group.</param>
/// <param name="Resource">The resource.</param>
/// <param name="Verb">The verb.</param>
/// <param name="Name">The only object that it is granted for; null for all.</param>
internal sealed record GrantedVerb(string Group, string Resource, string Verb, string? Name = null)
{
    public override string ToString() => $"{Verb} {(Group.Length == 0 ? Resource : $"{Resource}.{Group}")}{(Name is null ? "" : $"/{Name}")}";
}

/// <summary>What infra grants to the app, and how that compares with what it needed.</summary>
internal static partial class GrantedPermissions
{
    /// <summary>The actions of the custom roles in cluster-access.bicep.</summary>
    public static IReadOnlyList<GrantedAction> Actions()
    {
        var bicep = File.ReadAllText(Path.Combine(Repository.Root, "infra/cluster-access.bicep"));
        return
        [
            .. ActionsOf(bicep, "clusterRole").Select(a => new GrantedAction("Microsoft.ContainerService/managedClusters", a)),
            .. ActionsOf(bicep, "subnetRole").Select(a => new GrantedAction("Microsoft.Network/virtualNetworks/subnets", a)),
        ];
    }

    /// <summary>The verbs of the ClusterRole in cluster-role.yaml.</summary>
    public static IReadOnlyList<GrantedVerb> Verbs()
    {
        var role = KubernetesYaml.LoadAllFromFileAsync(Path.Combine(Repository.Root, "infra/cluster-role.yaml")).GetAwaiter().GetResult().OfType<V1ClusterRole>().Single();
        return
        [
            .. from rule in role.Rules
               from apiGroup in rule.ApiGroups
               from resource in rule.Resources
               from verb in rule.Verbs
               from name in rule.ResourceNames is { Count: > 0 } names ? names.Select(string? (n) => n) : [null]
               select new GrantedVerb(apiGroup, resource, verb, name),
        ];
    }

    /// <summary>The actions that were needed and aren't granted where they were needed, as texts.</summary>
    public static IReadOnlyList<string> Missing(IReadOnlyList<ArmAction> needed, IReadOnlyList<GrantedAction> granted) =>
        [.. needed.Where(n => !granted.Any(g => Covers(g, n))).Select(n => $"{n.Action} at {n.Scope}").Distinct(StringComparer.Ordinal)];

    /// <summary>The actions that are granted and weren't needed.</summary>
    public static IReadOnlyList<string> Unused(IReadOnlyList<ArmAction> needed, IReadOnlyList<GrantedAction> granted) =>
        [.. granted.Where(g => !needed.Any(n => Covers(g, n))).Select(g => g.Action)];

    /// <summary>The verbs that were needed and aren't granted, as texts.</summary>
    public static IReadOnlyList<string> Missing(IReadOnlyList<KubernetesAccess> needed, IReadOnlyList<GrantedVerb> granted) =>
        [.. needed.Where(n => !granted.Any(g => Covers(g, n))).Select(n => new GrantedVerb(n.Group, n.Resource, n.Verb).ToString()).Distinct(StringComparer.Ordinal)];

    /// <summary>The verbs that are granted and weren't needed.</summary>
    public static IReadOnlyList<string> Unused(IReadOnlyList<KubernetesAccess> needed, IReadOnlyList<GrantedVerb> granted) =>
        [.. granted.Where(g => !needed.Any(n => Covers(g, n))).Select(g => g.ToString())];

    // An assignment at a resource holds for it and what is below.
    private static bool Covers(GrantedAction granted, ArmAction needed) =>
        granted.Action == needed.Action && TypeOf(needed.Scope) is var type && (type == granted.Scope || type.StartsWith($"{granted.Scope}/", StringComparison.Ordinal));

    private static bool Covers(GrantedVerb granted, KubernetesAccess needed) =>
        granted.Group == needed.Group && granted.Resource == needed.Resource && granted.Verb == needed.Verb && (granted.Name is null || granted.Name == needed.Name);

    // The provider and the types of the resources that are named: a list at the end names none.
    private static string TypeOf(string scope)
    {
        var segments = scope.Split("/providers/")[^1].Split('/');
        return string.Join('/', segments.Where((_, i) => i == 0 || (i % 2 == 1 && i + 1 < segments.Length)));
    }

    private static IEnumerable<string> ActionsOf(string bicep, string role)
    {
        var definition = bicep[bicep.IndexOf($"resource {role} ", StringComparison.Ordinal)..];
        var start = definition.IndexOf("actions: [", StringComparison.Ordinal);
        return QuotedAction().Matches(definition[start..definition.IndexOf(']', start)]).Select(m => m.Groups[1].Value);
    }

    [GeneratedRegex("'(Microsoft\\.[^']+)'")]
    private static partial Regex QuotedAction();
}
