using TenantSandbox.Infrastructure.Tests.Bicep;
using static TenantSandbox.Infrastructure.Tests.Rules.ResourceRule;

namespace TenantSandbox.Infrastructure.Tests.Rules;

/// <summary>The AKS cluster.</summary>
internal static class ClusterRules
{
    private const string Pool = "properties.agentPoolProfiles.0";

    // What PSRule's AuditLogs and PlatformLogs ask for; kube-audit-admin is kube-audit without reads.
    private static readonly string[] LogCategories =
        ["kube-apiserver", "kube-audit-admin", "kube-controller-manager", "kube-scheduler", "cluster-autoscaler", "guard"];

    private static readonly string[] Windows = ["aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule", "default"];

    public static IEnumerable<ResourceRule> All =>
    [
        Each("cluster-local-accounts", Types.Cluster, r => r.Text("properties.disableLocalAccounts") == "true", "properties.disableLocalAccounts", false),
        Each(
            "cluster-entra", Types.Cluster, r => r.Text("properties.aadProfile.managed") == "true" && r.Text("properties.aadProfile.enableAzureRBAC") == "true",
            "properties.aadProfile.enableAzureRBAC", false),
        Each("cluster-rbac", Types.Cluster, r => r.Text("properties.enableRBAC") == "true", "properties.enableRBAC", false),
        Each("cluster-identity", Types.Cluster, r => r.Text("identity.type") == "UserAssigned", "identity.type", "SystemAssigned"),
        Each(
            "cluster-workload-identity", Types.Cluster, r => r.Text("properties.oidcIssuerProfile.enabled") == "true" && r.Text("properties.securityProfile.workloadIdentity.enabled") == "true",
            "properties.oidcIssuerProfile.enabled", false),
        Each("cluster-network", Types.Cluster, HasPolicyEngine, "properties.networkProfile.networkPolicy", null),
        Each("cluster-load-balancer", Types.Cluster, r => r.Text("properties.networkProfile.loadBalancerSku") == "standard", "properties.networkProfile.loadBalancerSku", "basic"),
        Each("cluster-api-server", Types.Cluster, HasClosedApiServer, "properties.apiServerAccessProfile", new { enablePrivateCluster = false }),
        Each(
            "cluster-private-api-server", Types.Cluster, r => r.Text("properties.apiServerAccessProfile.enablePrivateCluster") == "true",
            "properties.apiServerAccessProfile.enablePrivateCluster", false).InProduction(),
        Each("cluster-version", Types.Cluster, r => Version.Parse(r.Text("properties.kubernetesVersion")!) >= new Version(1, 34), "properties.kubernetesVersion", "1.33"),
        Each(
            "cluster-upgrade-channel", Types.Cluster, r => r.Text("properties.autoUpgradeProfile.upgradeChannel") == "patch",
            "properties.autoUpgradeProfile.upgradeChannel", "none"),
        Each("cluster-node-upgrades", Types.Cluster, r => r.Text("properties.autoUpgradeProfile.nodeOSUpgradeChannel") == "NodeImage", "properties.autoUpgradeProfile", null),
        Each("cluster-tier", Types.Cluster, r => r.Text("sku.tier") is "Standard" or "Premium", "sku.tier", "Free"),
        Each("cluster-azure-policy", Types.Cluster, r => r.Text("properties.addonProfiles.azurepolicy.enabled") == "true", "properties.addonProfiles.azurepolicy.enabled", false),
        Each(
            "cluster-node-resource-group", Types.Cluster, r => r.Text("properties.nodeResourceGroupProfile.restrictionLevel") == "ReadOnly",
            "properties.nodeResourceGroupProfile", null),
        Each("pool-taint", Types.Cluster, r => r.Text($"{Pool}.nodeTaints.0") == "CriticalAddonsOnly=true:NoSchedule", $"{Pool}.nodeTaints", Array.Empty<string>()),
        Each("pool-os", Types.Cluster, r => r.Text($"{Pool}.osSKU") == "AzureLinux" && r.Text($"{Pool}.osDiskType") == "Ephemeral", $"{Pool}.osDiskType", "Managed"),
        Each(
            "pool-scaling", Types.Cluster, r => r.Text($"{Pool}.enableAutoScaling") == "true" && r.Text($"{Pool}.type") == "VirtualMachineScaleSets",
            $"{Pool}.enableAutoScaling", false),
        Each("pool-max-pods", Types.Cluster, r => (int)r.Find($"{Pool}.maxPods")! >= 50, $"{Pool}.maxPods", 30),
        Each("pool-public-addresses", Types.Cluster, r => r.Text($"{Pool}.enableNodePublicIP") == "false", $"{Pool}.enableNodePublicIP", true),
        Each(
            "pool-zones", Types.Cluster, r => r.List($"{Pool}.availabilityZones").Count() >= 2 && (int)r.Find($"{Pool}.minCount")! >= 3,
            $"{Pool}.availabilityZones", Array.Empty<string>()).InProduction(),
        new(
            "cluster-maintenance",
            resources => resources.Where(r => r.Type == Types.Cluster)
                .SelectMany(c => Windows.Where(w => !resources.Any(r => r.Name == $"{c.Name}/{w}" && (r.Find("properties.maintenanceWindow") ?? r.Find("properties.timeInWeek")) is not null)))
                .Select(w => $"no maintenance window {w}"),
            resources => resources.Remove(resources.First(r => r.Name.EndsWith("/aksManagedNodeOSUpgradeSchedule", StringComparison.Ordinal)))),
        new("cluster-logs", MissingLogs, resources => Logs(resources).RemoveAt(0)),
    ];

    private static bool HasPolicyEngine(AzureResource cluster) =>
        (cluster.Text("properties.networkProfile.networkPlugin"), cluster.Text("properties.networkProfile.networkPluginMode")) == ("azure", "overlay")
        && (cluster.Text("properties.networkProfile.networkDataplane"), cluster.Text("properties.networkProfile.networkPolicy")) == ("cilium", "cilium");

    private static bool HasClosedApiServer(AzureResource cluster) =>
        cluster.Text("properties.apiServerAccessProfile.enablePrivateCluster") == "true"
        || cluster.List("properties.apiServerAccessProfile.authorizedIPRanges").Any();

    private static IEnumerable<string> MissingLogs(IReadOnlyList<AzureResource> resources) => resources.Any(r => r.Type == Types.Cluster)
        ? LogCategories.Except(Logs(resources).Where(l => (bool?)l!["enabled"] == true).Select(l => (string)l!["category"]!)).Select(c => $"no log {c}")
        : [];

    private static System.Text.Json.Nodes.JsonArray Logs(IEnumerable<AzureResource> resources) =>
        resources.Single(r => r.Type == Types.DiagnosticSetting && r.Scope.Contains($"/{Types.Cluster}/", StringComparison.Ordinal)).Find("properties.logs")!.AsArray();
}
