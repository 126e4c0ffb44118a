using System.Globalization;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tests.Orchestrations;

public sealed class OffboardOrchestrationTests
{
    [Fact]
    public async Task Offboard_LastTenant_ProvesEverythingAbsent()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());

        var answer = await system.RunAsync(TestSystem.Offboard());

        Assert.Equal((SubmitOutcome.Accepted, "acme.1.2.offboard"), (answer.Outcome, answer.OperationId));
        var tenant = await system.TenantAsync();
        Assert.Equal(TenantPhase.Offboarded, tenant.Phase);
        Assert.Equal(("aks1", "kata1"), (tenant.Receipt?.ClusterId, tenant.Receipt?.PoolName));
        Assert.NotNull(tenant.Receipt?.NamespaceAbsentAt);
        Assert.NotNull(tenant.Receipt?.PoolAbsentAt);
        var offboarded = Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantOffboarded);
        Assert.Equal(tenant.Receipt.PoolAbsentAt, DateTimeOffset.Parse(offboarded.Data["poolAbsentAt"], CultureInfo.InvariantCulture));
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Offboard_OneOfTwo_KeepsTheSharedPool()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard("acme"));
        await system.RunAsync(TestSystem.Onboard("beta"));

        await system.RunAsync(TestSystem.Offboard("acme"));

        var tenant = await system.TenantAsync("acme");
        Assert.Equal(TenantPhase.Offboarded, tenant.Phase);
        Assert.Null(tenant.Receipt?.PoolAbsentAt);
        Assert.Equal("aks1/beta.1", Assert.Single(system.Cloud.Namespaces));
        await system.RunAsync(TestSystem.Offboard("beta"));
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Offboard_WhileOnboarding_RunsAfterIt()
    {
        await using var system = await TestSystem.StartAsync();
        await system.SubmitAsync(TestSystem.Onboard());
        await system.SettleAsync(until: system.Now);

        var answer = await system.RunAsync(TestSystem.Offboard(revision: 5));

        Assert.True(answer.IsWaiting);
        Assert.Equal(TenantPhase.Offboarded, (await system.TenantAsync()).Phase);
        Assert.Equal(
            [EventTypes.TenantReady, EventTypes.TenantOffboarded],
            system.Cloud.Events.Select(e => e.Type).Where(t => t.StartsWith("tenantsandbox.tenant.", StringComparison.Ordinal)));
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Onboard_AfterOffboard_LowerRevisionIsGoneAndHigherOneBeginsTheNextIncarnation()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard(revision: 3));
        await system.RunAsync(TestSystem.Offboard(revision: 4));

        Assert.Equal(SubmitOutcome.Gone, (await system.RunAsync(TestSystem.Onboard(revision: 2))).Outcome);
        await system.AssertNothingLeftAsync();
        Assert.Equal("acme.2.3.onboard", (await system.RunAsync(TestSystem.Onboard(revision: 5))).OperationId);
        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, "kata2"), (tenant.Phase, tenant.Placement?.PoolName));
    }

    [Fact]
    public async Task Offboard_UnknownTenant_IsNotFoundAndStartsNothing()
    {
        await using var system = await TestSystem.StartAsync();

        Assert.Equal(SubmitOutcome.NotFound, (await system.RunAsync(TestSystem.Offboard())).Outcome);
        Assert.Empty(system.Cloud.Events);
    }

    [Fact]
    public async Task Offboard_NamespaceStuck_NamesTheBlockerAndSucceedsOnceItIsRemoved()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        system.Cloud.NamespaceBlocker = "finalizer example.com/hold on pvc/data";

        await system.RunAsync(TestSystem.Offboard());

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.TeardownFailed, "NamespaceStuck"), (tenant.Phase, tenant.LastError?.Code));
        Assert.Contains("example.com/hold", tenant.LastError!.Message, StringComparison.Ordinal);
        Assert.Single((await system.LedgerAsync()).Pools[0].Reservations);
        Assert.Equal("false", Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantFailed).Data["clean"]);

        system.Cloud.NamespaceBlocker = null;
        await system.RunAsync(TestSystem.Offboard());
        Assert.Equal(TenantPhase.Offboarded, (await system.TenantAsync()).Phase);
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Onboard_WhileAPoolIsDeleted_GetsAnotherOne()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard("acme"));
        await system.SubmitAsync(TestSystem.Offboard("acme"));
        await system.SettleAsync(until: system.Now);
        while ((await system.LedgerAsync()).Pools.Single().Phase != PoolPhase.Deleting)
        {
            await system.SettleAsync(until: system.Hub.Service.NextTimerDue);
        }

        await system.RunAsync(TestSystem.Onboard("beta"));

        Assert.Equal("kata2", (await system.TenantAsync("beta")).Placement?.PoolName);
        Assert.Equal("aks1/kata2", Assert.Single(system.Cloud.Pools));
        Assert.Empty(system.Cloud.Violations);
    }

    [Fact]
    public async Task Offboard_DedicatedTenant_DeletesOnlyItsOwnPool()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard("acme", tier: TenantTier.Dedicated));
        await system.RunAsync(TestSystem.Onboard("beta", tier: TenantTier.Dedicated));
        Assert.Equal(2, system.Cloud.Pools.Count);

        await system.RunAsync(TestSystem.Offboard("acme"));

        Assert.Equal("aks1/kata2", Assert.Single(system.Cloud.Pools));
    }
}
