using System.Text.RegularExpressions;
using TenantSandbox.Infrastructure.Tests.Bicep;
using static TenantSandbox.Infrastructure.Tests.Rules.ResourceRule;

namespace TenantSandbox.Infrastructure.Tests.Rules;

/// <summary>Roles, tags, names and costs.</summary>
internal static class GovernanceRules
{
    // Owner, Contributor, User Access Administrator, Role Based Access Control Administrator.
    private static readonly string[] BroadRoles =
    [
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "b24988ac-6180-42a0-ab88-20f7382dd24c", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    ];

    private static readonly string[] ActionKinds = ["actions", "dataActions"];

    // Types without tags; every other one must have them.
    private static readonly Regex Untagged = new(
        "^Microsoft.(Authorization|Consumption)/|diagnosticSettings$|eventSubscriptions$|maintenanceConfigurations$|privateDnsZoneGroups$"
        + "|^Microsoft.Storage/storageAccounts/|^Microsoft.Web/sites/");

    // Azure's rules for names, where they are narrower than those of the naming function.
    private static readonly Dictionary<string, Regex> Names = new()
    {
        [Types.Cluster] = new("^[A-Za-z0-9][-A-Za-z0-9]{0,52}[A-Za-z0-9]$"),
        [Types.Registry] = new("^[A-Za-z0-9]{5,50}$"),
        [Types.StorageAccount] = new("^[a-z0-9]{3,24}$"),
        [Types.Vault] = new("^[A-Za-z][-A-Za-z0-9]{1,22}[A-Za-z0-9]$"),
        [Types.Topic] = new("^[-A-Za-z0-9]{3,50}$"),
        [Types.SystemTopic] = new("^[-A-Za-z0-9]{3,50}$"),
        [Types.Site] = new("^[A-Za-z0-9][-A-Za-z0-9]{0,58}[A-Za-z0-9]$"),
    };

    public static IEnumerable<ResourceRule> All =>
    [
        Each("role-wildcards", Types.RoleDefinition, IsPrecise, "properties.permissions.0.actions.0", "Microsoft.ContainerService/managedClusters/*"),
        Each(
            "role-breadth", Types.RoleAssignment, r => IsNarrow(r),
            "properties.roleDefinitionId", BroadRoles[1]),
        Each("role-principal-type", Types.RoleAssignment, r => r.Find("properties.principalType") is not null, "properties.principalType", null),
        Each(
            "role-scope", Types.RoleAssignment, r => r.Scope.Contains("/providers/", StringComparison.Ordinal),
            "id", "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Authorization/roleAssignments/a"),
        Each(
            "budget-contacts", "Microsoft.Consumption/budgets", r => r.Text("properties.notifications.actual80.contactRoles.0") == "Owner",
            "properties.notifications.actual80.contactRoles", Array.Empty<string>()),
        new(
            "tags",
            resources => resources.Where(r => !Untagged.IsMatch(r.Type) && r.Text("tags.azd-env-name") is null).Select(r => $"{r} has no tag azd-env-name"),
            resources => resources.First(r => r.Type == Types.PrivateEndpoint).Set("tags", null)),
        new(
            "names",
            resources => resources.Where(r => Names.TryGetValue(r.Type, out var allowed) && !allowed.IsMatch(r.Name)).Select(r => $"{r}: the name is not allowed"),
            resources => resources.First(r => r.Type == Types.Vault).Set("name", "kv-with-a-name-that-is-too-long")),
        new(
            "location",
            resources => resources.Where(r => r.Text("location") is { } location && location != "westeurope" && location != "global").Select(r => $"{r} is in {r.Text("location")}"),
            resources => resources.First(r => r.Type == Types.Topic).Set("location", "eastus")),
    ];

    private static bool IsNarrow(AzureResource assignment) =>
        !BroadRoles.Any(role => assignment.Text("properties.roleDefinitionId")!.Contains(role, StringComparison.Ordinal));

    private static bool IsPrecise(AzureResource role) => role.List("properties.permissions")
        .SelectMany(p => ActionKinds.SelectMany(kind => p[kind]?.AsArray() ?? []))
        .All(action => !((string)action!).Contains('*', StringComparison.Ordinal));
}
