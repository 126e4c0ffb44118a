using TenantSandbox.Infrastructure.Tests.Bicep;

namespace TenantSandbox.Infrastructure.Tests.Rules;

/// <summary>Something that must hold for what a deployment makes.</summary>
/// <param name="Name">What docs/infrastructure-rules.md calls it.</param>
/// <param name="Faults">What is wrong, for a list of all resources.</param>
/// <param name="Break">Breaks the rule in the resources of the production shape.</param>
/// <param name="ProductionOnly">Whether the other shapes do without it.</param>
internal sealed record ResourceRule(
    string Name, Func<IReadOnlyList<AzureResource>, IEnumerable<string>> Faults, Action<List<AzureResource>> Break, bool ProductionOnly = false)
{
    /// <summary>A rule for each resource of a type.</summary>
    /// <param name="name">The rule's name.</param>
    /// <param name="type">The resource type.</param>
    /// <param name="holds">Whether a resource keeps the rule.</param>
    /// <param name="path">A value that the rule depends on.</param>
    /// <param name="wrong">What breaks the rule there; null to remove the value.</param>
    public static ResourceRule Each(string name, string type, Func<AzureResource, bool> holds, string path, object? wrong) => new(
        name,
        resources => resources.Where(r => r.Type == type && !holds(r)).Select(r => $"{r} breaks {name}"),
        resources => resources.First(r => r.Type == type && holds(r)).Set(path, System.Text.Json.JsonSerializer.SerializeToNode(wrong)));

    /// <summary>The same rule for the production shape only.</summary>
    public ResourceRule InProduction() => this with { ProductionOnly = true };

    public override string ToString() => Name;
}

/// <summary>Types that several rules name.</summary>
internal static class Types
{
    public const string Cluster = "Microsoft.ContainerService/managedClusters";
    public const string Container = "Microsoft.Storage/storageAccounts/blobServices/containers";
    public const string DiagnosticSetting = "Microsoft.Insights/diagnosticSettings";
    public const string PrivateEndpoint = "Microsoft.Network/privateEndpoints";
    public const string PublicIpAddress = "Microsoft.Network/publicIPAddresses";
    public const string Registry = "Microsoft.ContainerRegistry/registries";
    public const string RoleAssignment = "Microsoft.Authorization/roleAssignments";
    public const string RoleDefinition = "Microsoft.Authorization/roleDefinitions";
    public const string SecurityGroup = "Microsoft.Network/networkSecurityGroups";
    public const string Site = "Microsoft.Web/sites";
    public const string StorageAccount = "Microsoft.Storage/storageAccounts";
    public const string SystemTopic = "Microsoft.EventGrid/systemTopics";
    public const string Topic = "Microsoft.EventGrid/topics";
    public const string Vault = "Microsoft.KeyVault/vaults";
    public const string VirtualNetwork = "Microsoft.Network/virtualNetworks";
}
