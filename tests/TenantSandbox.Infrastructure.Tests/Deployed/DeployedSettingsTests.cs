using System.Text.Json.Nodes;
using TenantSandbox.Infrastructure.Tests.Bicep;
using TenantSandbox.Infrastructure.Tests.Settings;

namespace TenantSandbox.Infrastructure.Tests.Deployed;

/// <summary>The settings of the compiled template, and nothing else, start the app, whose identity opens everything that it needs.</summary>
[Collection(Deployments.Collection)]
public sealed class DeployedSettingsTests(Deployments deployments)
{
    [Fact]
    public async Task App_WithTheSettingsOfADeployment_OnboardsATenantFromTheQueueByIdentity()
    {
        var queues = deployments.Resources("small").Where(r => r.Type.EndsWith("/queues", StringComparison.Ordinal)).Select(r => r.Name.Split('/')[^1]);
        await using var system = await DeployedSystem.StartAsync(AppSettings.Of(deployments, "small"), queues);

        await system.SendAsync(Request("blue"));
        var tenant = await system.ReadAfterItsEventAsync("blue");

        Assert.Equal(("ready", null), ((string?)tenant["phase"], tenant["lastError"]?.ToJsonString()));
        Assert.Contains(("tenantsandbox.tenant.ready", "tenants/blue"), system.Azure.Events);
        Assert.Equal(
            [
                "azure.com https://management.azure.com",
                "azure.net https://eventgrid.azure.net",
                "azure.net https://vault.azure.net",
                "blob https://storage.azure.com",
                "queue https://storage.azure.com",
                "table https://storage.azure.com",
            ],
            system.Azure.Calls.Select(c => $"{Service(c.Host)} {c.Audience}").Distinct().Order(StringComparer.Ordinal));
    }

    private static string Service(string host) =>
        host.EndsWith(".core.windows.net", StringComparison.Ordinal) ? host.Split('.')[1] : host[host.LastIndexOf("azure", StringComparison.Ordinal)..];

    private static JsonObject Request(string tenantId) => new()
    {
        ["specversion"] = "1.0",
        ["type"] = "tenantsandbox.tenant.onboard.requested",
        ["source"] = "/tests",
        ["id"] = tenantId,
        ["data"] = new JsonObject
        {
            ["tenantId"] = tenantId,
            ["revision"] = 1,
            ["tier"] = "pooled",
            ["workloads"] = new JsonArray(new JsonObject { ["name"] = "web", ["image"] = "registry.example/app:1", ["cpu"] = "250m", ["memory"] = "256Mi" }),
        },
    };
}
