using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Tests.Orchestrations;

namespace TenantSandbox.Functions.Tests.Pools;

/// <summary>Pools that other people make, change and delete, and pools that can't be deleted.</summary>
public sealed class PoolOrchestrationTests
{
    [Fact]
    public async Task Onboard_PoolNameTakenByAPerson_TakesTheNextName()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard("first", tier: TenantTier.Dedicated));
        system.Cloud.OtherPools.UnionWith(["aks1/kata2", "aks1/kata3"]);

        await system.RunAsync(TestSystem.Onboard("second", tier: TenantTier.Dedicated));

        var tenant = await system.TenantAsync("second");
        Assert.Equal((TenantPhase.Ready, "kata4"), (tenant.Phase, tenant.Placement?.PoolName));
        Assert.Empty(tenant.Leftovers);
        Assert.DoesNotContain(system.Cloud.Events, e => e.Type == EventTypes.PoolFailed);
        Assert.Empty(system.Cloud.Violations);
    }

    /// <summary>The task hub was lost, the pools weren't.</summary>
    [Fact]
    public async Task OnboardAndOffboard_LedgerLost_TouchesNoPoolOfTheLostLedger()
    {
        await using var system = await TestSystem.StartAsync(cloud =>
        {
            cloud.AddPool(PoolOf("kata1", 1, "acme"));
            cloud.AddPool(PoolOf("kata2", 2, null));
        });

        await system.RunAsync(TestSystem.Onboard("beta", tier: TenantTier.Dedicated));
        await system.RunAsync(TestSystem.Onboard("gamma"));
        Assert.Equal("kata3", (await system.TenantAsync("beta")).Placement?.PoolName);
        Assert.Equal("kata4", (await system.TenantAsync("gamma")).Placement?.PoolName);
        Assert.Equal(["kata1", "kata2"], (await system.LedgerAsync()).Unknown.Select(u => u.Name));

        await system.RunAsync(TestSystem.Offboard("beta"));
        await system.RunAsync(TestSystem.Offboard("gamma"));

        Assert.Equal(["aks1/kata1", "aks1/kata2"], system.Cloud.Pools.Order());
        Assert.Empty(system.Cloud.Violations);
    }

    [Fact]
    public async Task Onboard_PoolDeletedInThePortal_GetsAnother()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard("first"));
        system.Cloud.RemovePool("aks1/kata1");

        await system.RunAsync(TestSystem.Onboard("second"));

        var tenant = await system.TenantAsync("second");
        Assert.Equal((TenantPhase.Ready, "kata2"), (tenant.Phase, tenant.Placement?.PoolName));
        Assert.Equal("kata2", Assert.Single((await system.LedgerAsync()).Pools).Name);
    }

    [Theory]
    [InlineData(PoolCondition.Failed, false)]
    [InlineData(PoolCondition.InProgress, true)]
    [InlineData(PoolCondition.NotOurs, false)]
    public async Task Onboard_PoolUnusable_GetsAnotherAndLeavesItToItsTenants(PoolCondition condition, bool isDeleting)
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard("first"));
        system.Cloud.PoolStates["aks1/kata1"] = new(condition, "not usable", null, condition == PoolCondition.Failed ? ErrorClass.Transient : null, "Broken", null, isDeleting);

        await system.RunAsync(TestSystem.Onboard("second"));

        Assert.Equal("kata2", (await system.TenantAsync("second")).Placement?.PoolName);
        var pool = (await system.LedgerAsync()).Find("kata1")!;
        Assert.Equal((PoolPhase.Unusable, "first"), (pool.Phase, Assert.Single(pool.Reservations).TenantId));
        Assert.Equal(0, system.Cloud.CallsOf(ActivityNames.DeletePool));
    }

    [Fact]
    public async Task Onboard_PoolIsScaledOrUpgraded_IsUsed()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard("first"));
        system.Cloud.PoolStates["aks1/kata1"] = new(PoolCondition.InProgress, "Scaling");

        var second = TestSystem.Onboard("second");
        await system.SubmitAsync(second);
        await system.SettleAsync();

        Assert.Equal("kata1", (await system.TenantAsync("second")).Placement?.PoolName);
    }

    [Fact]
    public async Task Offboard_PodsOfTenantsOnThePool_NeverDeletesIt()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        system.Cloud.Pods["aks1/kata1"] = 3;

        await system.RunAsync(TestSystem.Offboard());

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.TeardownFailed, "PoolInUse"), (tenant.Phase, tenant.LastError?.Code));
        Assert.Contains("tenant-other/web-1", tenant.LastError!.Message, StringComparison.Ordinal);
        Assert.Equal(0, system.Cloud.CallsOf(ActivityNames.DeletePool));
        Assert.Equal(PoolPhase.Stuck, Assert.Single((await system.LedgerAsync()).Pools).Phase);

        system.Cloud.Pods.Clear();
        await system.RunAsync(TestSystem.Offboard());
        Assert.Equal(TenantPhase.Offboarded, (await system.TenantAsync()).Phase);
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Offboard_PodDrainFailure_ReportsItAndBacksOff()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        system.Cloud.DeletionFailures["aks1/kata1"] = new(
            PoolCondition.Failed, "Failed: drain of node aks-kata1-0 failed when evicting pod web-1", null, ErrorClass.Conflict, "PodDrainFailure");

        await system.RunAsync(TestSystem.Offboard());

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.TeardownFailed, ErrorClass.Conflict, "PodDrainFailure"), (tenant.Phase, tenant.LastError?.ErrorClass, tenant.LastError?.Code));
        Assert.Contains("web-1", tenant.LastError!.Message, StringComparison.Ordinal);
        Assert.InRange(system.Cloud.CallsOf(ActivityNames.DeletePool), 3, 15);
        var report = (await system.InstanceAsync("pool.aks1.kata1.delete.1")).ReadOutputAs<PoolReport>()!;
        Assert.Equal((PoolOutcome.Stuck, "PodDrainFailure"), (report.Outcome, report.Error?.Code));
        Assert.StartsWith("PodDrainFailure: ", Assert.Single(report.Evidence!), StringComparison.Ordinal);
    }

    /// <summary>A pool of cluster one fails and can't be deleted, and the tenant runs on cluster two: the pool must not be forgotten.</summary>
    [Fact]
    public async Task Onboard_FailedPoolCannotBeDeleted_RemembersItAsLeftover()
    {
        await using var system = await TestSystem.StartAsync(cloud =>
        {
            cloud.Clusters.Add(FakeCloud.Cluster("aks2"));
            cloud.PoolResults["aks1"] = new(PoolCondition.Failed, "no capacity", null, ErrorClass.Capacity, "ZonalAllocationFailed");
            cloud.DeletionFailures["aks1/kata1"] = new(PoolCondition.Failed, "Failed: drain", null, ErrorClass.Conflict, "PodDrainFailure");
        });

        await system.RunAsync(TestSystem.Onboard());

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, "aks2"), (tenant.Phase, tenant.Placement?.ClusterId));
        var leftover = Assert.Single(tenant.Leftovers);
        Assert.Equal(("aks1", "kata1"), (leftover.Placement.ClusterId, leftover.Placement.PoolName));
        Assert.Equal(PoolPhase.Stuck, Assert.Single((await system.LedgerAsync("aks1")).Pools).Phase);

        system.Cloud.DeletionFailures.Clear();
        await system.RunAsync(TestSystem.Offboard());
        Assert.Equal(TenantPhase.Offboarded, (await system.TenantAsync()).Phase);
        await system.AssertNothingLeftAsync();
    }

    private static PoolRef PoolOf(string name, long generation, string? tenant) => new(
        "aks1", name, generation, tenant is null ? TenantTier.Pooled : TenantTier.Dedicated, tenant, FakeCloud.Cluster("aks1").PoolTemplate);
}
