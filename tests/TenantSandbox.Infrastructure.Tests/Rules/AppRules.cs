using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TenantSandbox.Infrastructure.Tests.Bicep;
using static TenantSandbox.Infrastructure.Tests.Rules.ResourceRule;

namespace TenantSandbox.Infrastructure.Tests.Rules;

/// <summary>The function app.</summary>
internal static partial class AppRules
{
    private const string Settings = "Microsoft.Web/sites/config";
    private const string PublishingCredentials = "Microsoft.Web/sites/basicPublishingCredentialsPolicies";

    private static readonly string[] Publishers = ["ftp", "scm"];

    // What needs no sign-in: health, and the webhook with Event Grid's key.
    private static readonly string?[] OpenPaths = ["/api/health", "/runtime/webhooks/eventgrid"];

    public static IEnumerable<ResourceRule> All =>
    [
        Each("app-https", Types.Site, r => r.Text("properties.httpsOnly") == "true", "properties.httpsOnly", false),
        Each(
            "app-tls", Types.Site, r => r.Text("properties.siteConfig.minTlsVersion") == "1.2" && r.Text("properties.siteConfig.scmMinTlsVersion") == "1.2",
            "properties.siteConfig.scmMinTlsVersion", "1.0"),
        Each("app-ftp", Types.Site, r => r.Text("properties.siteConfig.ftpsState") == "Disabled", "properties.siteConfig.ftpsState", "AllAllowed"),
        Each("app-http2", Types.Site, r => r.Text("properties.siteConfig.http20Enabled") == "true", "properties.siteConfig.http20Enabled", false),
        Each("app-remote-debugging", Types.Site, r => r.Text("properties.siteConfig.remoteDebuggingEnabled") == "false", "properties.siteConfig.remoteDebuggingEnabled", true),
        Each("app-affinity", Types.Site, r => r.Text("properties.clientAffinityEnabled") == "false", "properties.clientAffinityEnabled", true),
        Each("app-identity", Types.Site, r => r.Text("identity.type") == "UserAssigned", "identity", null),
        Each("app-deployment-identity", Types.Site, DeploysByIdentity, "properties.functionAppConfig.deployment.storage.authentication.type", "StorageAccountConnectionString"),
        Each(
            "app-runtime", Types.Site, r => r.Text("properties.functionAppConfig.runtime.name") == "dotnet-isolated" && r.Text("properties.functionAppConfig.runtime.version") == "10.0",
            "properties.functionAppConfig.runtime.version", "8.0"),
        Each(
            "app-network", Types.Site, r => r.Text("properties.virtualNetworkSubnetId")?.EndsWith("/subnets/functions", StringComparison.Ordinal) == true,
            "properties.virtualNetworkSubnetId", null),
        Each("app-public-access", Types.Site, r => r.Text("properties.publicNetworkAccess") == "Disabled", "properties.publicNetworkAccess", "Enabled").InProduction(),
        Each("app-zones", "Microsoft.Web/serverfarms", r => r.Text("properties.zoneRedundant") == "true", "properties.zoneRedundant", false).InProduction(),
        Each("app-always-ready", Types.Site, IsReadyForOrchestrations, "properties.functionAppConfig.scaleAndConcurrency.alwaysReady", Array.Empty<object>()).InProduction(),
        Each("app-plan", "Microsoft.Web/serverfarms", r => r.Text("sku.name") == "FC1", "sku.name", "Y1"),
        new(
            "app-authentication",
            resources => resources.Where(r => r.Type == Types.Site && !resources.Any(c => c.Type == Settings && c.Name == $"{r.Name}/authsettingsV2" && RefusesStrangers(c)))
                .Select(r => $"{r} takes requests of callers who didn't sign in"),
            resources => resources.First(r => r.Name.EndsWith("/authsettingsV2", StringComparison.Ordinal))
                .Set("properties.globalValidation.excludedPaths", new JsonArray("/api"))),
        new(
            "app-publishing-credentials",
            resources => resources.Where(r => r.Type == Types.Site)
                .SelectMany(site => Publishers.Where(kind => !IsRefused(resources, $"{site.Name}/{kind}")))
                .Select(kind => $"publishing credentials of {kind} are accepted"),
            resources => resources.First(r => r.Type == PublishingCredentials).Set("properties.allow", true)),
        new(
            "app-settings-without-credentials",
            resources => resources.Where(r => r.Type == Settings)
                .SelectMany(r => r.Body["properties"]!.AsObject())
                .Where(s => CredentialName().IsMatch(s.Key) || CredentialValue().IsMatch(s.Value?.ToString() ?? ""))
                .Select(s => $"setting {s.Key} looks like a credential"),
            resources => resources.First(r => r.Type == Settings).Set("properties.AzureWebJobsStorage", "[listKeys('a', '2026-06-01').keys[0].value]")),
    ];

    private static bool RefusesStrangers(AzureResource settings) =>
        settings.Text("properties.platform.enabled") == "true"
        && settings.Text("properties.globalValidation.requireAuthentication") == "true"
        && settings.Text("properties.globalValidation.unauthenticatedClientAction") == "Return401"
        && settings.Text("properties.identityProviders.azureActiveDirectory.enabled") == "true"
        && settings.Text("properties.identityProviders.azureActiveDirectory.registration.clientId")?.Length == 36
        && settings.List("properties.identityProviders.azureActiveDirectory.validation.allowedAudiences").Any()
        && settings.List("properties.globalValidation.excludedPaths").All(p => OpenPaths.Contains((string?)p, StringComparer.OrdinalIgnoreCase));

    private static bool IsRefused(IEnumerable<AzureResource> resources, string policy) =>
        resources.Any(r => r.Type == PublishingCredentials && r.Name == policy && r.Text("properties.allow") == "false");

    private static bool DeploysByIdentity(AzureResource site) =>
        site.Text("properties.functionAppConfig.deployment.storage.authentication.type") == "UserAssignedIdentity"
        && site.Find("identity.userAssignedIdentities")!.AsObject().ContainsKey(
            site.Text("properties.functionAppConfig.deployment.storage.authentication.userAssignedIdentityResourceId")!);

    private static bool IsReadyForOrchestrations(AzureResource site) =>
        site.List("properties.functionAppConfig.scaleAndConcurrency.alwaysReady").Any(r => (string?)r["name"] == "durable" && (int?)r["instanceCount"] >= 2);

    // What an app setting is called that holds a credential; the connection string of Application Insights holds none that is accepted, and
    // Reports__Key is the address of a key that never leaves its vault.
    [GeneratedRegex("((?<!__Reports__)Key|Secret|Password|Token|StaticToken|SharedAccessSignature)$|^AzureWebJobsStorage$|^(WEBSITE_CONTENTAZUREFILECONNECTIONSTRING)$", RegexOptions.IgnoreCase)]
    private static partial Regex CredentialName();

    [GeneratedRegex("AccountKey=|SharedAccessKey=|[?&](sig|code)=|list[A-Z]?[A-Za-z]*Keys\\(|listKeys\\(", RegexOptions.IgnoreCase)]
    private static partial Regex CredentialValue();
}
