using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Tests.Orchestrations;

public sealed class OnboardOrchestrationTests
{
    [Fact]
    public async Task Onboard_EmptyCluster_CreatesAPoolAndIsReady()
    {
        await using var system = await TestSystem.StartAsync();

        var answer = await system.RunAsync(TestSystem.Onboard());

        Assert.Equal((SubmitOutcome.Accepted, "acme.1.1.onboard"), (answer.Outcome, answer.OperationId));
        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, "kata1"), (tenant.Phase, tenant.Placement?.PoolName));
        Assert.Equal([EventTypes.PoolCreated, EventTypes.TenantReady], system.Cloud.Events.Select(e => e.Type).Order());
        Assert.Equal("kata1", system.Cloud.Events.Single(e => e.Type == EventTypes.TenantReady).Data["pool"]);
        Assert.Equal(1, system.Cloud.CallsOf(ActivityNames.EnsurePool));
        Assert.Empty(system.Cloud.Violations);
        var result = (await system.InstanceAsync("acme.1.1.onboard")).ReadOutputAs<OperationResult>();
        Assert.Equal((true, true, true), (result!.Succeeded, result.Clean, result.EventPublished));
    }

    [Fact]
    public async Task Onboard_WarmPool_HasFewHistoryEventsAndNoPoolWrite()
    {
        await using var system = await TestSystem.StartAsync(cloud => cloud.IsReadyAtOnce = true);
        await system.RunAsync(TestSystem.Onboard("first"));

        await system.RunAsync(TestSystem.Onboard("second"));

        var run = await system.Hub.RecordAsync("second.1.1.onboard");
        // Four for each activity and entity call: scheduled, completed, and the replay between them.
        // The verification counts as one: it has a history of its own.
        Assert.InRange(run.Events.Count, 10, 44);
        Assert.Equal(0, system.Cloud.CallsOf(ActivityNames.WatchRollout));
        Assert.Equal(1, system.Cloud.CallsOf(ActivityNames.EnsurePool));
        Assert.Equal("kata1", (await system.TenantAsync("second")).Placement?.PoolName);
    }

    [Fact]
    public async Task Onboard_ManyTenantsWithoutAPool_CreateOneAndAllAreNotified()
    {
        await using var system = await TestSystem.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            await system.SubmitAsync(TestSystem.Onboard($"t{i}"));
        }

        await system.SettleAsync();

        Assert.Equal(1, system.Cloud.CallsOf(ActivityNames.EnsurePool));
        Assert.Equal(10, Assert.Single((await system.LedgerAsync()).Pools).Reservations.Count);
        Assert.Equal(10, system.Cloud.Events.Count(e => e.Type == EventTypes.TenantReady));
    }

    [Fact]
    public async Task Onboard_SameRequestManyTimes_IsOneOperation()
    {
        await using var system = await TestSystem.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await system.SubmitAsync(TestSystem.Onboard(), i % 2 == 0 ? "one" : null);
        }

        await system.SettleAsync();

        Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantReady);
        Assert.Equal(SubmitOutcome.Duplicate, (await system.RunAsync(TestSystem.Onboard())).Outcome);
    }

    [Fact]
    public async Task Onboard_WhileThePoolIsCreated_ReportsWhatItWaitsFor()
    {
        await using var system = await TestSystem.StartAsync();
        await system.SubmitAsync(TestSystem.Onboard());
        await system.SettleAsync(until: system.Now);

        var status = (await system.InstanceAsync("acme.1.1.onboard")).ReadCustomStatusAs<OperationStatus>();

        Assert.Contains("kata1", status!.WaitingFor, StringComparison.Ordinal);
        Assert.Equal(system.Now, status.Since);
    }

    [Fact]
    public async Task Onboard_PoolWithoutCapacity_UsesTheNextCluster()
    {
        await using var system = await TestSystem.StartAsync(cloud =>
        {
            cloud.Clusters.Add(FakeCloud.Cluster("aks2"));
            cloud.PoolResults["aks1"] = new(PoolCondition.Failed, "no capacity in the zone", null, ErrorClass.Capacity, "ZonalAllocationFailed");
        });

        await system.RunAsync(TestSystem.Onboard());

        Assert.Equal("aks2", (await system.TenantAsync()).Placement?.ClusterId);
        Assert.Equal("aks2/kata1", Assert.Single(system.Cloud.Pools));
        Assert.Empty((await system.LedgerAsync("aks1")).Pools);
        Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.PoolFailed);
    }

    [Theory]
    [InlineData(ErrorClass.Quota)]
    [InlineData(ErrorClass.Invalid)]
    [InlineData(ErrorClass.Transient)]
    public async Task Onboard_PoolFailsOnEveryCluster_NamesEachRefusalAndLeavesNothing(ErrorClass errorClass)
    {
        await using var system = await TestSystem.StartAsync(cloud =>
        {
            cloud.Clusters.Add(FakeCloud.Cluster("aks2"));
            cloud.PoolResults["aks1"] = new(PoolCondition.Failed, "the subnet is full", null, ErrorClass.Capacity, "SubnetIsFull");
            cloud.PoolResults["aks2"] = new(PoolCondition.Failed, "family quota is exhausted", null, errorClass, "TheCode");
        });

        await system.RunAsync(TestSystem.Onboard());

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Failed, errorClass, "TheCode"), (tenant.Phase, tenant.LastError?.ErrorClass, tenant.LastError?.Code));
        var failed = Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantFailed);
        Assert.Contains("the subnet is full", failed.Data["message"], StringComparison.Ordinal);
        Assert.Contains("family quota", failed.Data["message"], StringComparison.Ordinal);
        await system.AssertNothingLeftAsync();
    }

    [Theory]
    [InlineData(ErrorClass.Quota, "ErrCode_InsufficientVCPUQuota")]
    [InlineData(ErrorClass.Capacity, "SubnetIsFull")]
    [InlineData(ErrorClass.Invalid, "RequestDisallowedByPolicy")]
    [InlineData(ErrorClass.Transient, "VMExtensionError_OutboundConnFail")]
    public async Task Onboard_PoolFailsForAReasonOfItsCluster_UsesTheNextCluster(ErrorClass errorClass, string code)
    {
        await using var system = await TestSystem.StartAsync(cloud =>
        {
            cloud.Clusters.Add(FakeCloud.Cluster("aks2"));
            cloud.PoolResults["aks1"] = new(PoolCondition.Failed, "refused", null, errorClass, code);
        });

        await system.RunAsync(TestSystem.Onboard());

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, "aks2"), (tenant.Phase, tenant.Placement?.ClusterId));
        Assert.Empty(tenant.Leftovers);
        Assert.Empty((await system.LedgerAsync("aks1")).Pools);
    }

    [Fact]
    public async Task Onboard_RolloutFails_CompensatesEverything()
    {
        await using var system = await TestSystem.StartAsync(cloud => cloud.Rollout = new(RolloutCondition.Failed, "web: ImagePullBackOff"));

        await system.RunAsync(TestSystem.Onboard());

        Assert.Equal("RolloutFailed", (await system.TenantAsync()).LastError?.Code);
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Onboard_RolloutNeverEnds_FailsAtTheDeadline()
    {
        await using var system = await TestSystem.StartAsync(cloud => cloud.Rollout = new(RolloutCondition.Progressing, "web: 0 of 1 available"));
        var start = system.Now;

        await system.RunAsync(TestSystem.Onboard());

        var tenant = await system.TenantAsync();
        Assert.Equal("RolloutTimeout", tenant.LastError?.Code);
        Assert.InRange((tenant.LastOperation!.EndedAt!.Value - start).TotalSeconds, 900, 1_300);
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Onboard_NoClusterFits_NamesTheReasonOfEach()
    {
        await using var system = await TestSystem.StartAsync(cloud => cloud.Clusters.Add(FakeCloud.Cluster("aks2")));

        await system.RunAsync(TestSystem.Onboard(replicas: 50));

        var error = (await system.TenantAsync()).LastError!;
        Assert.Equal("TenantTooLarge", error.Code);
        Assert.Contains("'aks1'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'aks2'", error.Message, StringComparison.Ordinal);
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Onboard_AfterFailure_RetriesWithAHigherRevision()
    {
        await using var system = await TestSystem.StartAsync(cloud => cloud.Rollout = new(RolloutCondition.Failed, "bad image"));
        await system.RunAsync(TestSystem.Onboard());
        system.Cloud.Rollout = new(RolloutCondition.Ready, "ok");

        var again = await system.RunAsync(TestSystem.Onboard());
        var retry = await system.RunAsync(TestSystem.Onboard(revision: 2));

        Assert.Equal((SubmitOutcome.Duplicate, "RolloutFailed"), (again.Outcome, again.Error?.Code));
        Assert.Equal((SubmitOutcome.Accepted, "acme.2.2.onboard"), (retry.Outcome, retry.OperationId));
        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, "kata2"), (tenant.Phase, tenant.Placement?.PoolName));
    }
}
