using TenantSandbox.Infrastructure.Tests.Bicep;
using static TenantSandbox.Infrastructure.Tests.Rules.ResourceRule;

namespace TenantSandbox.Infrastructure.Tests.Rules;

/// <summary>The container registry, and who pulls from it.</summary>
internal static class RegistryRules
{
    // AcrPull
    private const string PullRole = "7f951dda-4ed3-4680-a7ca-43fe172d538d";

    public static IEnumerable<ResourceRule> All =>
    [
        Each("registry-admin", Types.Registry, r => r.Text("properties.adminUserEnabled") == "false", "properties.adminUserEnabled", true),
        Each("registry-anonymous-pull", Types.Registry, r => r.Text("properties.anonymousPullEnabled") == "false", "properties.anonymousPullEnabled", null),
        Each("registry-tier", Types.Registry, r => r.Text("sku.name") == "Premium", "sku.name", "Basic").InProduction(),
        Each("registry-public-access", Types.Registry, r => r.Text("properties.publicNetworkAccess") == "Disabled", "properties.publicNetworkAccess", "Enabled").InProduction(),
        Each("registry-bypass", Types.Registry, r => r.Text("properties.networkRuleBypassOptions") == "None", "properties.networkRuleBypassOptions", "AzureServices"),
        Each("registry-zones", Types.Registry, r => r.Text("properties.zoneRedundancy") == "Enabled", "properties.zoneRedundancy", "Disabled").InProduction(),
        Each("registry-export", Types.Registry, r => r.Text("properties.policies.exportPolicy.status") == "disabled", "properties.policies.exportPolicy", null).InProduction(),
        new(
            "registry-roles",
            resources => resources.Where(r => r.Type == Types.Registry).SelectMany(registry => Roles(resources, registry) is [var role] && role.EndsWith(PullRole, StringComparison.Ordinal)
                ? Array.Empty<string>()
                : [$"{registry} must have the role AcrPull, for the kubelets, and no other: {string.Join(", ", Roles(resources, registry))}"]),
            resources => resources.First(r => r.Type == Types.RoleAssignment && r.Scope.Contains($"/{Types.Registry}/", StringComparison.Ordinal))
                .Set("properties.roleDefinitionId", "/providers/Microsoft.Authorization/roleDefinitions/8311e382-0749-4cb8-b61a-304f252e45ec")),
    ];

    private static List<string> Roles(IEnumerable<AzureResource> resources, AzureResource registry) =>
        [.. resources.Where(r => r.Type == Types.RoleAssignment && r.Scope == registry.Id).Select(r => r.Text("properties.roleDefinitionId")!.TrimEnd(']', '\'', ')'))];
}
