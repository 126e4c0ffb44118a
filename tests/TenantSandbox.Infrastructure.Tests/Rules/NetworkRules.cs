using System.Text.Json.Nodes;
using TenantSandbox.Infrastructure.Tests.Bicep;
using static TenantSandbox.Infrastructure.Tests.Rules.ResourceRule;

namespace TenantSandbox.Infrastructure.Tests.Rules;

/// <summary>The virtual network and private endpoints.</summary>
internal static class NetworkRules
{
    public static IEnumerable<ResourceRule> All =>
    [
        Each(
            "subnet-security-groups", Types.VirtualNetwork, r => r.List("properties.subnets").All(s => s["properties"]?["networkSecurityGroup"] is not null),
            "properties.subnets.0.properties.networkSecurityGroup", null),
        Each(
            "subnet-outbound", Types.VirtualNetwork, r => r.List("properties.subnets").All(s => (bool?)s["properties"]?["defaultOutboundAccess"] == false),
            "properties.subnets.1.properties.defaultOutboundAccess", true),
        Each("subnet-nat-gateway", Types.VirtualNetwork, GoesOutThroughTheGateway, "properties.subnets.2.properties.natGateway", null),
        Each(
            "security-group-inbound", Types.SecurityGroup, r => !Rules(r, "Inbound", "Allow").Any(),
            "properties.securityRules", new[] { new { properties = new { direction = "Inbound", access = "Allow", sourceAddressPrefix = "*" } } }),
        Each("security-group-remote-administration", Types.SecurityGroup, DeniesRemoteAdministration, "properties.securityRules", Array.Empty<object>()),
        Each("public-address-sku", Types.PublicIpAddress, r => r.Text("sku.name") == "Standard", "sku.name", "Basic"),
        Each("public-address-zones", Types.PublicIpAddress, r => r.List("zones").Count() >= 2, "zones", Array.Empty<string>()).InProduction(),
        Each("vault-public-access", Types.Vault, r => r.Text("properties.publicNetworkAccess") == "Disabled", "properties.publicNetworkAccess", "Enabled").InProduction(),
        Each(
            "private-endpoint-names", Types.PrivateEndpoint + "/privateDnsZoneGroups", r => r.Text("properties.privateDnsZoneConfigs.0.properties.privateDnsZoneId") is not null,
            "properties.privateDnsZoneConfigs", Array.Empty<object>()).InProduction(),
        new("private-endpoints", WithoutPrivateEndpoint, resources => resources.Remove(resources.First(r => r.Type == Types.PrivateEndpoint)), ProductionOnly: true),
    ];

    // The services of a resource that need an endpoint each.
    private static readonly Dictionary<string, string[]> Services = new()
    {
        [Types.StorageAccount] = ["blob", "queue", "table"],
        [Types.Vault] = ["vault"],
        [Types.Topic] = ["topic"],
        [Types.Site] = ["sites"],
        [Types.Registry] = ["registry"],
    };

    private static bool GoesOutThroughTheGateway(AzureResource network) => network.List("properties.subnets")
        .Where(s => (string?)s["name"] is "functions" or "nodes").All(s => s["properties"]?["natGateway"] is JsonObject);

    // Tenants may be allowed to open a remote shell elsewhere, so the nodes' group has no such rule.
    private static bool DeniesRemoteAdministration(AzureResource group) => group.Name.EndsWith("-nodes", StringComparison.Ordinal)
        || Rules(group, "Outbound", "Deny").Any(r => r["destinationPortRanges"]!.AsArray().Select(p => (string)p!).Order().SequenceEqual(["22", "3389"]));

    private static IEnumerable<JsonNode> Rules(AzureResource group, string direction, string access) => group.List("properties.securityRules")
        .Select(r => r["properties"]!).Where(r => (string?)r["direction"] == direction && (string?)r["access"] == access);

    private static IEnumerable<string> WithoutPrivateEndpoint(IReadOnlyList<AzureResource> resources)
    {
        var connections = resources.Where(r => r.Type == Types.PrivateEndpoint)
            .SelectMany(e => e.List("properties.privateLinkServiceConnections"))
            .Select(c => ((string)c["properties"]!["privateLinkServiceId"]!, (string)c["properties"]!["groupIds"]![0]!)).ToHashSet();
        return resources.Where(r => Services.ContainsKey(r.Type))
            .SelectMany(r => Services[r.Type].Where(s => !connections.Contains((r.Id, s))).Select(s => $"{r} has no private endpoint for {s}"));
    }
}
