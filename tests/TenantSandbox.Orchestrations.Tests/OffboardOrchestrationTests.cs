using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Orchestrations.Tests;

public sealed class OffboardOrchestrationTests
{
    [Fact]
    public async Task Offboard_LastTenant_ProvesEverythingAbsent()
    {
        await using var world = await World.StartAsync();
        await world.RunAsync(World.Onboard());

        var answer = await world.RunAsync(World.Offboard());

        Assert.Equal((SubmitOutcome.Accepted, "acme.1.2.offboard"), (answer.Outcome, answer.OperationId));
        var tenant = await world.TenantAsync();
        Assert.Equal(TenantPhase.Offboarded, tenant.Phase);
        Assert.Equal(("aks1", "kata1"), (tenant.Receipt?.ClusterId, tenant.Receipt?.PoolName));
        Assert.NotNull(tenant.Receipt?.NamespaceAbsentAt);
        Assert.NotNull(tenant.Receipt?.PoolAbsentAt);
        var offboarded = Assert.Single(world.Cloud.Events, e => e.Type == EventTypes.TenantOffboarded);
        Assert.Equal(tenant.Receipt.PoolAbsentAt, DateTimeOffset.Parse(offboarded.Data["poolAbsentAt"], System.Globalization.CultureInfo.InvariantCulture));
        await world.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Offboard_OneOfTwo_KeepsTheSharedPool()
    {
        await using var world = await World.StartAsync();
        await world.RunAsync(World.Onboard("acme"));
        await world.RunAsync(World.Onboard("beta"));

        await world.RunAsync(World.Offboard("acme"));

        var tenant = await world.TenantAsync("acme");
        Assert.Equal(TenantPhase.Offboarded, tenant.Phase);
        Assert.Null(tenant.Receipt?.PoolAbsentAt);
        Assert.Equal("aks1/beta.1", Assert.Single(world.Cloud.Namespaces));
        await world.RunAsync(World.Offboard("beta"));
        await world.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Offboard_WhileOnboarding_RunsAfterIt()
    {
        await using var world = await World.StartAsync();
        await world.StartAsync(World.Onboard());
        await world.SettleAsync(until: world.Now);

        var answer = await world.RunAsync(World.Offboard(revision: 5));

        Assert.True(answer.Waiting);
        Assert.Equal(TenantPhase.Offboarded, (await world.TenantAsync()).Phase);
        Assert.Equal(
            [EventTypes.TenantReady, EventTypes.TenantOffboarded],
            world.Cloud.Events.Select(e => e.Type).Where(t => t.StartsWith("tenantsandbox.tenant.", StringComparison.Ordinal)));
        await world.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Onboard_AfterOffboard_LateOneIsGoneAndANewOneBeginsTheNextLife()
    {
        await using var world = await World.StartAsync();
        await world.RunAsync(World.Onboard(revision: 3));
        await world.RunAsync(World.Offboard(revision: 4));

        Assert.Equal(SubmitOutcome.Gone, (await world.RunAsync(World.Onboard(revision: 2))).Outcome);
        await world.AssertNothingLeftAsync();
        Assert.Equal("acme.2.5.onboard", (await world.RunAsync(World.Onboard(revision: 5))).OperationId);
        Assert.Equal((TenantPhase.Ready, "kata2"), await world.TenantAsync() is var t ? (t.Phase, t.Placement?.PoolName) : default);
    }

    [Fact]
    public async Task Offboard_UnknownTenant_IsNotFoundAndStartsNothing()
    {
        await using var world = await World.StartAsync();

        Assert.Equal(SubmitOutcome.NotFound, (await world.RunAsync(World.Offboard())).Outcome);
        Assert.Empty(world.Cloud.Events);
    }

    [Fact]
    public async Task Offboard_NamespaceStuck_NamesTheBlockerAndSucceedsOnceItIsGone()
    {
        await using var world = await World.StartAsync();
        await world.RunAsync(World.Onboard());
        world.Cloud.NamespaceBlocker = "finalizer example.com/hold on pvc/data";

        await world.RunAsync(World.Offboard());

        var tenant = await world.TenantAsync();
        Assert.Equal((TenantPhase.TeardownFailed, "NamespaceStuck"), (tenant.Phase, tenant.LastError?.Code));
        Assert.Contains("example.com/hold", tenant.LastError!.Message, StringComparison.Ordinal);
        Assert.Single((await world.LedgerAsync()).Pools[0].Reservations);
        Assert.Equal("false", Assert.Single(world.Cloud.Events, e => e.Type == EventTypes.TenantFailed).Data["clean"]);

        world.Cloud.NamespaceBlocker = null;
        await world.RunAsync(World.Offboard());
        Assert.Equal(TenantPhase.Offboarded, (await world.TenantAsync()).Phase);
        await world.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Onboard_WhileAPoolIsDeleted_GetsAnotherOne()
    {
        await using var world = await World.StartAsync();
        await world.RunAsync(World.Onboard("acme"));
        await world.StartAsync(World.Offboard("acme"));
        await world.SettleAsync(until: world.Now);
        while ((await world.LedgerAsync()).Pools.Single().Phase != PoolPhase.Deleting)
        {
            await world.SettleAsync(until: world.Engine.NextTimerDue);
        }

        await world.RunAsync(World.Onboard("beta"));

        Assert.Equal("kata2", (await world.TenantAsync("beta")).Placement?.PoolName);
        Assert.Equal("aks1/kata2", Assert.Single(world.Cloud.Pools));
        Assert.Empty(world.Cloud.Violations);
    }

    [Fact]
    public async Task Offboard_DedicatedTenants_EachTakesItsPoolAlong()
    {
        await using var world = await World.StartAsync();
        await world.RunAsync(World.Onboard("acme", tier: TenantTier.Dedicated));
        await world.RunAsync(World.Onboard("beta", tier: TenantTier.Dedicated));
        Assert.Equal(2, world.Cloud.Pools.Count);

        await world.RunAsync(World.Offboard("acme"));

        Assert.Equal("aks1/kata2", Assert.Single(world.Cloud.Pools));
    }
}
