using System.Net;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests;

public sealed class LifecycleTests
{
    [Theory]
    [InlineData("pooled")]
    [InlineData("dedicated")]
    public async Task Tenant_OnboardedAndOffboardedOverHttp_LeavesNothing(string tier)
    {
        await using var system = await TestSystem.StartAsync();

        using var onboarded = await system.OnboardAsync("acme", tier: tier);
        var ready = await system.SettleAsync("acme");
        using var offboarded = await system.OffboardAsync("acme");
        var gone = await system.SettleAsync("acme");

        Assert.Equal(HttpStatusCode.Accepted, onboarded.StatusCode);
        Assert.Equal(TenantPhase.Ready, ready!.Phase);
        Assert.NotNull(ready.Placement);
        Assert.Equal(HttpStatusCode.Accepted, offboarded.StatusCode);
        Assert.Equal(TenantPhase.Offboarded, gone!.Phase);
        Assert.NotNull(gone.Receipt!.NamespaceAbsentAt);
        Assert.NotNull(gone.Receipt.PoolAbsentAt);
        Assert.Empty(await system.LeftoversAsync("acme"));
        Assert.Equal(["tenantsandbox.tenant.ready", "tenantsandbox.tenant.offboarded"], system.EventsAbout("tenants/acme"));
    }

    [Fact]
    public async Task OnTenantEvent_BatchOfTwoTenants_OnboardsBothIntoOnePool()
    {
        await using var system = await TestSystem.StartAsync();

        using var answer = await system.PostEventAsync(
            new JsonArray
            {
                Requests.CloudEvent("onboard", Requests.Onboard("one")),
                Requests.CloudEvent("onboard", Requests.Onboard("two")),
            },
            "application/cloudevents-batch+json");
        var one = await system.SettleAsync("one");
        var two = await system.SettleAsync("two");

        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal(TenantPhase.Ready, one!.Phase);
        Assert.Equal(TenantPhase.Ready, two!.Phase);
        Assert.Equal(one.Placement!.Pool!, two.Placement!.Pool!);
        Assert.Equal(1, system.Twin.Calls.Total("arm.agentPools.put"));
    }

    [Fact]
    public async Task Onboard_RacingForOneNewPool_MakesOnePool()
    {
        await using var system = await TestSystem.StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            using var answer = await system.OnboardAsync($"racer-{i}");
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }));
        var pools = new HashSet<string>();
        for (var i = 0; i < 10; i++)
        {
            var state = await system.SettleAsync($"racer-{i}");
            Assert.Equal(TenantPhase.Ready, state!.Phase);
            pools.Add(state.Placement!.Pool!);
        }

        Assert.Single(pools);
        Assert.Equal(1, system.Twin.Calls.Total("arm.agentPools.put"));
    }

    [Fact]
    public async Task Offboard_OfOneOfTwoInAPool_KeepsThePoolForTheOther()
    {
        await using var system = await TestSystem.StartAsync();
        using var first = await system.OnboardAsync("stays");
        using var second = await system.OnboardAsync("goes");
        await system.SettleAsync("stays");
        await system.SettleAsync("goes");

        using var offboarded = await system.OffboardAsync("goes");
        var gone = await system.SettleAsync("goes");
        var stays = await system.SettleAsync("stays");

        Assert.Equal(TenantPhase.Offboarded, gone!.Phase);
        Assert.Null(gone.Receipt!.PoolAbsentAt);
        Assert.Equal(TenantPhase.Ready, stays!.Phase);
        Assert.DoesNotContain("tenantsandbox.pool.deleted", system.Events.Select(e => e.GetProperty("type").GetString()));
    }
}
