using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Pools;
using TenantSandbox.Functions.Tenants;
using TenantSandbox.Functions.Tests.Orchestrations;
using TenantSandbox.Testing;

namespace TenantSandbox.Functions.Tests.Pools;

public sealed class ClusterReconciliationTests
{
    private static readonly DurableFunctions Functions = DurableFunctions.Of(typeof(OnboardOrchestration).Assembly, typeof(ReconcileOneCluster));

    [Fact]
    public async Task Run_EverythingInPlace_FindsNothing()
    {
        await using var system = await StartAsync();
        await system.RunAsync(TestSystem.Onboard());

        var report = await ReconcileAsync(system);

        Assert.Empty(report.Findings);
        Assert.Equal((1, 1, 1), (report.Pools, report.OwnPools, report.Nodes));
        Assert.Equal(["1.34.2"], report.Versions);
    }

    [Fact]
    public async Task Run_PoolDeletedInThePortal_DropsItFromTheLedger()
    {
        await using var system = await StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        system.Cloud.RemovePool("aks1/kata1");

        var report = await ReconcileAsync(system);

        var finding = Assert.Single(report.Findings);
        Assert.Equal((PoolFindingKind.Missing, "kata1"), (finding.Kind, finding.PoolName));
        Assert.StartsWith("dropped", finding.Action, StringComparison.Ordinal);
        Assert.Empty((await system.LedgerAsync()).Pools);
    }

    [Fact]
    public async Task Run_PoolFailsAndRecovers_ClosesAndOpensIt()
    {
        await using var system = await StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        system.Cloud.PoolStates["aks1/kata1"] = new(PoolCondition.Failed, "nodes lost", null, ErrorClass.Transient, "InternalOperationError");

        Assert.Equal(PoolFindingKind.Failed, Assert.Single((await ReconcileAsync(system)).Findings).Kind);
        Assert.Equal(PoolPhase.Unusable, Assert.Single((await system.LedgerAsync()).Pools).Phase);

        system.Cloud.PoolStates.Clear();
        Assert.Equal(PoolFindingKind.Recovered, Assert.Single((await ReconcileAsync(system)).Findings).Kind);
        Assert.Equal(PoolPhase.Ready, Assert.Single((await system.LedgerAsync()).Pools).Phase);
    }

    [Fact]
    public async Task Run_PoolOfAnOlderVersion_IsTagged()
    {
        await using var system = await StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        system.Cloud.UntaggedPools.Add("aks1/kata1");

        Assert.Equal(PoolFindingKind.Untagged, Assert.Single((await ReconcileAsync(system)).Findings).Kind);
        Assert.Empty(system.Cloud.UntaggedPools);
        Assert.Empty((await ReconcileAsync(system)).Findings);
    }

    [Fact]
    public async Task Run_OwnedPoolThatTheLedgerDoesNotKnow_IsReportedAndLeftAlone()
    {
        await using var system = await StartAsync(cloud => cloud.AddPool(new(
            "aks1", "kata9", 9, TenantTier.Dedicated, "acme", FakeCloud.Cluster("aks1").PoolTemplate)));

        Assert.Equal((PoolFindingKind.Unknown, "kata9"), Assert.Single((await ReconcileAsync(system)).Findings) is var f ? (f.Kind, f.PoolName) : default);
        Assert.Equal("aks1/kata9", Assert.Single(system.Cloud.Pools));
        Assert.Equal(0, system.Cloud.CallsOf(ActivityNames.DeletePool));
    }

    [Fact]
    public async Task Run_DeletionFailed_IsRetriedUntilThePoolIsGone()
    {
        await using var system = await StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        system.Cloud.DeletionFailures["aks1/kata1"] = new(PoolCondition.Failed, "Failed: drain", null, ErrorClass.Conflict, "PodDrainFailure");
        await system.RunAsync(TestSystem.Offboard());

        Assert.Equal("its deletion is retried later", Assert.Single((await ReconcileAsync(system)).Findings).Action);
        system.Cloud.DeletionFailures.Clear();
        system.Hub.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal((PoolFindingKind.Stuck, "its deletion is started again"), Assert.Single((await ReconcileAsync(system)).Findings) is var f ? (f.Kind, f.Action) : default);
        Assert.Empty(system.Cloud.Pools);
        Assert.Empty((await system.LedgerAsync()).Pools);
    }

    [Fact]
    public async Task Run_PoolOrchestrationDied_IsStartedAgainAndItsTenantIsReady()
    {
        await using var system = await StartAsync();
        await system.SubmitAsync(TestSystem.Onboard());
        await system.SettleAsync(until: system.Now);
        await system.Hub.Client.TerminateInstanceAsync("pool.aks1.kata1.create");
        system.Cloud.EndedInstances.Add("pool.aks1.kata1.create");
        await system.SettleAsync(until: system.Now);
        system.Hub.Clock.Advance(TimeSpan.FromMinutes(6));

        var id = await system.Hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(ReconcileOneCluster), FakeCloud.Cluster("aks1"));
        await system.SettleAsync();

        var report = (await system.InstanceAsync(id)).ReadOutputAs<ClusterReport>()!;
        Assert.Equal((PoolFindingKind.OperationDied, "started again"), Assert.Single(report.Findings) is var f ? (f.Kind, f.Action) : default);
        Assert.Equal(TenantPhase.Ready, (await system.TenantAsync()).Phase);
    }

    private static Task<TestSystem> StartAsync(Action<FakeCloud>? prepare = null) => TestSystem.StartAsync(prepare, Functions);

    private static async Task<ClusterReport> ReconcileAsync(TestSystem system)
    {
        var id = await system.Hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(ReconcileOneCluster), FakeCloud.Cluster("aks1"));
        await system.SettleAsync();
        return (await system.InstanceAsync(id)).ReadOutputAs<ClusterReport>()!;
    }

    /// <summary>The orchestration that calls it, reduced to one cluster.</summary>
    internal static class ReconcileOneCluster
    {
        [Function(nameof(ReconcileOneCluster))]
        public static Task<ClusterReport> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, ClusterTarget cluster) =>
            ClusterReconciliation.RunAsync(context, cluster, new OperationProgress(context));
    }
}
