using TenantSandbox.Cli.Client;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>The end of a test on a system that tests share.</summary>
internal static class TestSystemCleanup
{
    /// <summary>Offboards all tenants. Fails if that leaves anything, as the next test may count pools and tenants.</summary>
    public static async Task OffboardAllAsync(this TestSystem system)
    {
        await system.WaitUntilNothingRunsAsync();
        var page = await system.WaitForAsync(() => system.ReadAsync("/api/tenants?pageSize=200"), "the list of tenants");
        Assert.Null(page["continuationToken"]);
        var tenants = page["tenants"]!.AsArray().Where(tenant => tenant!["phase"]!.GetValue<string>() != "offboarded")
            .Select(tenant => tenant!["tenantId"]!.GetValue<string>()).ToArray();
        foreach (var tenant in tenants)
        {
            using var response = await system.OffboardAsync(tenant);
            await TenantsClient.EnsureSuccessAsync(response, CancellationToken.None);
        }

        foreach (var tenant in tenants)
        {
            Assert.Equal(TenantPhase.Offboarded, (await system.SettleAsync(tenant)).Phase);
        }

        await system.WaitUntilNothingRunsAsync();
        Assert.Empty(await system.FindLeftoversAsync(["none", .. tenants]));
    }
}
