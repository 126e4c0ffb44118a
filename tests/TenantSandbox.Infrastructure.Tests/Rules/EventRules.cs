using TenantSandbox.Infrastructure.Tests.Bicep;
using static TenantSandbox.Infrastructure.Tests.Rules.ResourceRule;

namespace TenantSandbox.Infrastructure.Tests.Rules;

/// <summary>Event Grid, logs and alerts.</summary>
internal static class EventRules
{
    private const string Subscription = "Microsoft.EventGrid/topics/eventSubscriptions";

    public static IEnumerable<ResourceRule> All =>
    [
        Each("topic-local-auth", Types.Topic, r => r.Text("properties.disableLocalAuth") == "true", "properties.disableLocalAuth", false),
        Each("topic-tls", Types.Topic, r => r.Text("properties.minimumTlsVersionAllowed") == "1.2", "properties.minimumTlsVersionAllowed", "1.0"),
        Each("topic-schema", Types.Topic, r => r.Text("properties.inputSchema") == "CloudEventSchemaV1_0", "properties.inputSchema", "EventGridSchema"),
        Each("topic-public-access", Types.Topic, r => r.Text("properties.publicNetworkAccess") == "Disabled", "properties.publicNetworkAccess", "Enabled").InProduction(),
        // Storage behind a firewall accepts no other identities of Event Grid.
        Each("topic-identity", Types.Topic, r => r.Text("identity.type") == "SystemAssigned", "identity", null),
        Each("system-topic-identity", Types.SystemTopic, r => r.Text("identity.type") == "SystemAssigned", "identity.type", "None"),
        Each("delivery-by-identity", Subscription, DeliversByIdentity, "properties.deliveryWithResourceIdentity", null),
        Each(
            "delivery-dead-letters", Subscription, r => r.Text("properties.deadLetterWithResourceIdentity.identity.type") == "SystemAssigned",
            "properties.deadLetterWithResourceIdentity", null),
        Each("delivery-retries", Subscription, r => r.Text("properties.retryPolicy.eventTimeToLiveInMinutes") == "1440", "properties.retryPolicy", null),
        Each(
            "logs-local-auth", "Microsoft.OperationalInsights/workspaces", r => r.Text("properties.features.disableLocalAuth") == "true",
            "properties.features.disableLocalAuth", false),
        Each("traces-local-auth", "Microsoft.Insights/components", r => r.Text("properties.DisableLocalAuth") == "true", "properties.DisableLocalAuth", false),
        Each("traces-workspace", "Microsoft.Insights/components", r => r.Find("properties.WorkspaceResourceId") is not null, "properties.WorkspaceResourceId", null),
        Each("alert-mitigation", "Microsoft.Insights/metricAlerts", r => r.Text("properties.autoMitigate") == "true", "properties.autoMitigate", false),
        Each("query-alert-mitigation", "Microsoft.Insights/scheduledQueryRules", r => r.Text("properties.autoMitigate") == "true", "properties.autoMitigate", false),
        new("diagnostic-settings", WithoutDiagnostics, resources => resources.Remove(resources.Last(r => r.Type == Types.DiagnosticSetting))),
    ];

    // Resource types that have diagnostic settings for more than platform metrics, which Azure keeps anyway.
    private static readonly string[] Observed =
    [
        Types.Cluster, Types.SecurityGroup, Types.PublicIpAddress, Types.Registry, Types.Site, Types.StorageAccount, Types.SystemTopic, Types.Topic, Types.Vault, Types.VirtualNetwork,
        "Microsoft.OperationalInsights/workspaces", "Microsoft.Storage/storageAccounts/blobServices", "Microsoft.Storage/storageAccounts/queueServices",
        "Microsoft.Storage/storageAccounts/tableServices",
    ];

    // Each type must be in one of the lists, so that a new one is decided about. Application Insights' own tables are in the workspace.
    private static readonly string[] NotObserved =
    [
        Types.Container, Types.DiagnosticSetting, Types.PrivateEndpoint, Types.RoleAssignment, Types.RoleDefinition, Subscription,
        "Microsoft.Authorization/locks", "Microsoft.Consumption/budgets", "Microsoft.ContainerService/managedClusters/maintenanceConfigurations",
        "Microsoft.EventGrid/systemTopics/eventSubscriptions", "Microsoft.Insights/actionGroups", "Microsoft.Insights/components", "Microsoft.Insights/metricAlerts",
        "Microsoft.Insights/scheduledQueryRules", "Microsoft.Insights/workbooks",
        "Microsoft.KeyVault/vaults/keys", "Microsoft.ManagedIdentity/userAssignedIdentities", "Microsoft.Network/natGateways", "Microsoft.Network/privateDnsZones",
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks", "Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "Microsoft.Resources/resourceGroups",
        "Microsoft.Storage/storageAccounts/queueServices/queues", "Microsoft.Web/serverfarms", "Microsoft.Web/sites/basicPublishingCredentialsPolicies",
        "Microsoft.Web/sites/config",
    ];

    private static bool DeliversByIdentity(AzureResource subscription) =>
        subscription.Text("properties.deliveryWithResourceIdentity.identity.type") == "SystemAssigned"
        && subscription.Text("properties.deliveryWithResourceIdentity.destination.endpointType") == "StorageQueue"
        && subscription.Find("properties.destination") is null;

    private static IEnumerable<string> WithoutDiagnostics(IReadOnlyList<AzureResource> resources)
    {
        var observed = resources.Where(r => r.Type == Types.DiagnosticSetting && r.Find("properties.workspaceId") is not null).Select(r => r.Scope).ToHashSet();
        return resources.Where(r => Observed.Contains(r.Type) && !observed.Contains(r.Id)).Select(r => $"{r} has no diagnostic setting")
            .Concat(resources.Select(r => r.Type).Distinct().Except(Observed).Except(NotObserved).Select(t => $"{t}: decide whether it needs diagnostic settings"));
    }
}
