using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>Tenants through the doors of the real worker process.</summary>
[Collection(SharedSystemCollection.Name)]
public sealed class TenantLifecycleTests(SharedSystem shared) : IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => shared.System.OffboardAllAsync();

    [Theory]
    [InlineData("pooled")]
    [InlineData("dedicated")]
    public async Task Tenant_OnboardedAndOffboardedOverHttp_LeavesNothing(string tier)
    {
        var system = shared.System;
        var tenantId = $"whole-{tier}";

        using var onboarding = await system.OnboardAsync(tenantId, tier: tier);
        var ready = await system.SettleAsync(tenantId);
        using var offboarding = await system.OffboardAsync(tenantId);
        var offboarded = await system.SettleAsync(tenantId);
        await system.WaitUntilNothingRunsAsync();

        Assert.Equal(HttpStatusCode.Accepted, onboarding.StatusCode);
        Assert.Equal(TenantPhase.Ready, ready.Phase);
        Assert.NotNull(ready.Placement);
        Assert.Equal(HttpStatusCode.Accepted, offboarding.StatusCode);
        Assert.Equal(TenantPhase.Offboarded, offboarded.Phase);
        var receipt = (await system.GetJsonAsync($"/api/tenants/{tenantId}")).GetProperty("receipt");
        Assert.True(receipt.GetProperty("namespaceAbsentAt").TryGetDateTimeOffset(out _));
        Assert.True(receipt.GetProperty("poolAbsentAt").TryGetDateTimeOffset(out _));
        Assert.Empty(await system.FindLeftoversAsync(tenantId));
        Assert.Equal(["tenantsandbox.tenant.ready", "tenantsandbox.tenant.offboarded"], system.EventsAbout($"tenants/{tenantId}"));
    }

    [Fact]
    public async Task OnTenantEvent_BatchOfTwoTenants_OnboardsBothIntoOnePool()
    {
        var system = shared.System;
        var puts = system.Twin.Calls.Total("arm.agentPools.put");
        var batch = new JsonArray
        {
            TenantRequests.CloudEvent("onboard", TenantRequests.Onboard("one")),
            TenantRequests.CloudEvent("onboard", TenantRequests.Onboard("two")),
        };

        using var response = await system.DeliverAsync(batch.ToJsonString(), "application/cloudevents-batch+json");
        var one = await system.SettleAsync("one");
        var two = await system.SettleAsync("two");

        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal(TenantPhase.Ready, one.Phase);
        Assert.Equal(TenantPhase.Ready, two.Phase);
        Assert.Equal(one.Placement!.Pool!, two.Placement!.Pool!);
        Assert.Equal(puts + 1, system.Twin.Calls.Total("arm.agentPools.put"));
    }

    [Fact]
    public async Task Onboard_TenTenantsRacingForOneNewPool_CreatesOnePool()
    {
        var system = shared.System;
        var puts = system.Twin.Calls.Total("arm.agentPools.put");

        await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            using var response = await system.OnboardAsync($"racer-{i}");
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        }));
        var pools = new HashSet<string>();
        for (var i = 0; i < 10; i++)
        {
            var tenant = await system.SettleAsync($"racer-{i}");
            Assert.Equal(TenantPhase.Ready, tenant.Phase);
            pools.Add(tenant.Placement!.Pool!);
        }

        Assert.Single(pools);
        Assert.Equal(puts + 1, system.Twin.Calls.Total("arm.agentPools.put"));
    }

    [Fact]
    public async Task Offboard_OneOfTwoTenantsInAPool_KeepsThePoolForTheOther()
    {
        var system = shared.System;
        var published = system.Events.Count;
        using var first = await system.OnboardAsync("stays");
        using var second = await system.OnboardAsync("leaves");
        await system.SettleAsync("stays");
        await system.SettleAsync("leaves");

        using var offboarding = await system.OffboardAsync("leaves");
        var left = await system.SettleAsync("leaves");
        await system.WaitUntilNothingRunsAsync();
        var stayed = await system.SettleAsync("stays");

        Assert.Equal(TenantPhase.Offboarded, left.Phase);
        var receipt = (await system.GetJsonAsync("/api/tenants/leaves")).GetProperty("receipt");
        Assert.Equal(JsonValueKind.Null, receipt.GetProperty("poolAbsentAt").ValueKind);
        Assert.Equal(TenantPhase.Ready, stayed.Phase);
        Assert.DoesNotContain("tenantsandbox.pool.deleted", system.Events.Skip(published).Select(e => e.GetProperty("type").GetString()));
    }
}
