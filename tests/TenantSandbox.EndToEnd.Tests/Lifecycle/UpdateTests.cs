using System.Net;
using System.Net.Http.Json;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests.Lifecycle;

/// <summary>Updates, suspensions and resumptions through the doors of the real worker process.</summary>
public sealed class UpdateTests
{
    [Fact]
    public async Task Put_HigherRevision_RollsOutTheDifference()
    {
        await using var system = await TestSystem.StartAsync();
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("acme");
        await system.SettleAsync("acme");

        using var update = await system.PutAsync("acme", TenantRequests.Onboard("acme", 2, image: "registry.example/app:2"), ifMatch: 1);
        var updated = await system.SettleAsync("acme");

        Assert.Equal(HttpStatusCode.Accepted, update.StatusCode);
        Assert.Equal((TenantPhase.Ready, 2L), (updated.Phase, updated.Revision));
        Assert.Equal("registry.example/app:2", (await person.ReadDeploymentAsync("acme")).Image);
        Assert.Equal(2, (await system.GetJsonAsync("/api/tenants/acme")).GetProperty("appliedRevision").GetInt64());
        Assert.Equal(["tenantsandbox.tenant.ready", "tenantsandbox.tenant.updated"], system.EventsAbout("tenants/acme"));
    }

    [Fact]
    public async Task Put_OtherRevisionInIfMatch_Is412AndChangesNothing()
    {
        await using var system = await TestSystem.StartAsync();
        using var onboarding = await system.OnboardAsync("acme");
        await system.SettleAsync("acme");

        using var update = await system.PutAsync("acme", TenantRequests.Onboard("acme", 9, image: "registry.example/app:2"), ifMatch: 8);

        Assert.Equal(HttpStatusCode.PreconditionFailed, update.StatusCode);
        Assert.Equal(1, (await system.GetAsync("acme"))!.Revision);
    }

    [Fact]
    public async Task DryRun_EveryWrite_ChangesNothing()
    {
        await using var system = await TestSystem.StartAsync();
        using var onboarding = await system.OnboardAsync("acme");
        await system.SettleAsync("acme");
        await system.WaitUntilNothingRunsAsync();
        var before = (await system.GetJsonAsync("/api/tenants/acme")).GetRawText();
        var instances = await system.ListInstancesAsync();
        var writes = system.Twin.Calls.Total("arm.agentPools.put");

        using var create = await system.Http.PostAsJsonAsync("/api/tenants?dryRun=true", TenantRequests.Onboard("beta", tier: "dedicated"));
        using var update = await system.Http.PutAsJsonAsync("/api/tenants/acme?dryRun=true", TenantRequests.Onboard("acme", 2, image: "registry.example/app:2"));
        using var delete = await system.Http.DeleteAsync(new Uri("/api/tenants/acme?dryRun=true", UriKind.Relative));
        using var suspend = await system.ActAsync("tenants/acme/suspend?dryRun=true");

        Assert.All([create, update, delete, suspend], response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Contains("image", await update.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(before, (await system.GetJsonAsync("/api/tenants/acme")).GetRawText());
        Assert.Equal(instances, await system.ListInstancesAsync());
        Assert.Equal(writes, system.Twin.Calls.Total("arm.agentPools.put"));
        Assert.Null(await system.GetAsync("beta"));
    }

    [Fact]
    public async Task SuspendAndResume_Tenant_KeepsItsNamespaceAndReservesAgain()
    {
        await using var system = await TestSystem.StartAsync();
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("acme");
        await system.SettleAsync("acme");

        using var suspend = await system.ActAsync("tenants/acme/suspend");
        var suspended = await system.SettleAsync("acme");
        await system.WaitUntilNothingRunsAsync();
        var (_, replicas, _) = await person.ReadDeploymentAsync("acme");
        var poolsWhileSuspended = await person.ListPoolsAsync();
        using var resume = await system.ActAsync("tenants/acme/resume");
        var resumed = await system.SettleAsync("acme");

        Assert.Equal((HttpStatusCode.Accepted, TenantPhase.Suspended), (suspend.StatusCode, suspended.Phase));
        Assert.Equal(0, replicas);
        Assert.Empty(poolsWhileSuspended);
        Assert.Equal((HttpStatusCode.Accepted, TenantPhase.Ready), (resume.StatusCode, resumed.Phase));
        Assert.Equal(1, (await person.ReadDeploymentAsync("acme")).Replicas);
        Assert.Equal(
            ["tenantsandbox.tenant.ready", "tenantsandbox.tenant.suspended", "tenantsandbox.tenant.resumed"], system.EventsAbout("tenants/acme"));
        using var offboarding = await system.OffboardAsync("acme");
        await system.SettleAsync("acme");
        await system.WaitUntilNothingRunsAsync();
        Assert.Empty(await system.FindLeftoversAsync("acme"));
    }

    [Fact]
    public async Task Update_ImageThatCannotBePulled_ReturnsToThePreviousRevision()
    {
        await using var system = await TestSystem.StartAsync();
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("acme");
        await system.SettleAsync("acme");

        using var update = await system.PutAsync("acme", TenantRequests.Onboard("acme", 2, image: "registry.example/missing:1"), ifMatch: 1);
        var tenant = await system.SettleAsync("acme");

        var document = await system.GetJsonAsync("/api/tenants/acme");
        Assert.Equal((TenantPhase.Ready, 2L), (tenant.Phase, tenant.Revision));
        Assert.Equal(1, document.GetProperty("appliedRevision").GetInt64());
        Assert.NotNull(tenant.LastError);
        Assert.Equal("registry.example/app:1", (await person.ReadDeploymentAsync("acme")).Image);
    }
}
