using System.Net;
using System.Net.Http.Json;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests.Lifecycle;

/// <summary>Updates, suspensions and resumptions through the doors of the real worker process.</summary>
[Collection(SharedSystemCollection.Name)]
public sealed class UpdateTests(SharedSystem shared) : IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => shared.System.OffboardAllAsync();

    [Fact]
    public async Task Put_HigherRevision_RollsOutTheDifference()
    {
        var system = shared.System;
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("updated");
        await system.SettleAsync("updated");

        using var update = await system.PutAsync("updated", TenantRequests.Onboard("updated", 2, image: "registry.example/app:2"), ifMatch: 1);
        var updated = await system.SettleAsync("updated");

        Assert.Equal(HttpStatusCode.Accepted, update.StatusCode);
        Assert.Equal((TenantPhase.Ready, 2L), (updated.Phase, updated.Revision));
        Assert.Equal("registry.example/app:2", (await person.ReadDeploymentAsync("updated")).Image);
        Assert.Equal(2, (await system.GetJsonAsync("/api/tenants/updated")).GetProperty("appliedRevision").GetInt64());
        Assert.Equal(["tenantsandbox.tenant.ready", "tenantsandbox.tenant.updated"], system.EventsAbout("tenants/updated"));
    }

    [Fact]
    public async Task Put_OtherRevisionInIfMatch_Is412AndChangesNothing()
    {
        var system = shared.System;
        using var onboarding = await system.OnboardAsync("unmatched");
        await system.SettleAsync("unmatched");

        using var update = await system.PutAsync("unmatched", TenantRequests.Onboard("unmatched", 9, image: "registry.example/app:2"), ifMatch: 8);

        Assert.Equal(HttpStatusCode.PreconditionFailed, update.StatusCode);
        Assert.Equal(1, (await system.GetAsync("unmatched"))!.Revision);
    }

    [Fact]
    public async Task DryRun_EveryWrite_ChangesNothing()
    {
        var system = shared.System;
        using var onboarding = await system.OnboardAsync("rehearsed");
        await system.SettleAsync("rehearsed");
        await system.WaitUntilNothingRunsAsync();
        var before = (await system.GetJsonAsync("/api/tenants/rehearsed")).GetRawText();
        var instances = await system.ListInstancesAsync();
        var writes = system.Twin.Calls.Total("arm.agentPools.put");

        using var create = await system.Http.PostAsJsonAsync("/api/tenants?dryRun=true", TenantRequests.Onboard("neverwas", tier: "dedicated"));
        using var update = await system.Http.PutAsJsonAsync("/api/tenants/rehearsed?dryRun=true", TenantRequests.Onboard("rehearsed", 2, image: "registry.example/app:2"));
        using var delete = await system.Http.DeleteAsync(new Uri("/api/tenants/rehearsed?dryRun=true", UriKind.Relative));
        using var suspend = await system.ActAsync("tenants/rehearsed/suspend?dryRun=true");

        Assert.All([create, update, delete, suspend], response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Contains("image", await update.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(before, (await system.GetJsonAsync("/api/tenants/rehearsed")).GetRawText());
        Assert.Equal(instances, await system.ListInstancesAsync());
        Assert.Equal(writes, system.Twin.Calls.Total("arm.agentPools.put"));
        Assert.Null(await system.GetAsync("neverwas"));
    }

    [Fact]
    public async Task SuspendAndResume_Tenant_KeepsItsNamespaceAndReservesAgain()
    {
        var system = shared.System;
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("suspended");
        await system.SettleAsync("suspended");

        using var suspend = await system.ActAsync("tenants/suspended/suspend");
        var suspended = await system.SettleAsync("suspended");
        await system.WaitUntilNothingRunsAsync();
        var (_, replicas, _) = await person.ReadDeploymentAsync("suspended");
        var poolsWhileSuspended = await person.ListPoolsAsync();
        using var resume = await system.ActAsync("tenants/suspended/resume");
        var resumed = await system.SettleAsync("suspended");

        Assert.Equal((HttpStatusCode.Accepted, TenantPhase.Suspended), (suspend.StatusCode, suspended.Phase));
        Assert.Equal(0, replicas);
        Assert.Empty(poolsWhileSuspended);
        Assert.Equal((HttpStatusCode.Accepted, TenantPhase.Ready), (resume.StatusCode, resumed.Phase));
        Assert.Equal(1, (await person.ReadDeploymentAsync("suspended")).Replicas);
        Assert.Equal(
            ["tenantsandbox.tenant.ready", "tenantsandbox.tenant.suspended", "tenantsandbox.tenant.resumed"], system.EventsAbout("tenants/suspended"));
        using var offboarding = await system.OffboardAsync("suspended");
        await system.SettleAsync("suspended");
        await system.WaitUntilNothingRunsAsync();
        Assert.Empty(await system.FindLeftoversAsync("suspended"));
    }

    [Fact]
    public async Task Update_ImageThatCannotBePulled_ReturnsToThePreviousRevision()
    {
        var system = shared.System;
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("unpullable");
        await system.SettleAsync("unpullable");

        using var update = await system.PutAsync("unpullable", TenantRequests.Onboard("unpullable", 2, image: "registry.example/missing:1"), ifMatch: 1);
        var tenant = await system.SettleAsync("unpullable");

        var document = await system.GetJsonAsync("/api/tenants/unpullable");
        Assert.Equal((TenantPhase.Ready, 2L), (tenant.Phase, tenant.Revision));
        Assert.Equal(1, document.GetProperty("appliedRevision").GetInt64());
        Assert.NotNull(tenant.LastError);
        Assert.Equal("registry.example/app:1", (await person.ReadDeploymentAsync("unpullable")).Image);
    }
}
