using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions;
using TenantSandbox.Functions.Operations;
using TenantSandbox.Functions.Pools;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Orchestrations.Tests;

public sealed class OnboardOrchestrationTests
{
    [Fact]
    public async Task Onboard_EmptyCluster_MakesAPoolAndGetsReady()
    {
        await using var world = await World.StartAsync();

        var answer = await world.RunAsync(World.Onboard());

        Assert.Equal((SubmitOutcome.Accepted, "acme.1.1.onboard"), (answer.Outcome, answer.OperationId));
        var tenant = await world.TenantAsync();
        Assert.Equal((TenantPhase.Ready, "kata1"), (tenant.Phase, tenant.Placement?.PoolName));
        Assert.Equal([EventTypes.PoolCreated, EventTypes.TenantReady], world.Cloud.Events.Select(e => e.Type).Order());
        Assert.Equal("kata1", world.Cloud.Events.Single(e => e.Type == EventTypes.TenantReady).Data["pool"]);
        Assert.Equal(1, world.Cloud.CallsOf(ActivityNames.EnsurePool));
        Assert.Empty(world.Cloud.Violations);
        var result = (await world.OperationAsync("acme.1.1.onboard")).ReadOutputAs<OperationResult>();
        Assert.Equal((true, true, true), (result!.Succeeded, result.Clean, result.EventPublished));
    }

    [Fact]
    public async Task Onboard_WarmPool_TakesAtMost40HistoryEventsAndNoPoolWrite()
    {
        await using var world = await World.StartAsync();
        await world.RunAsync(World.Onboard("first"));

        await world.RunAsync(World.Onboard("second"));

        var history = await world.Engine.ReadHistoryAsync("second.1.1.onboard");
        Assert.InRange(history.Count, 10, 40);
        Assert.Equal(1, world.Cloud.CallsOf(ActivityNames.EnsurePool));
        Assert.Equal("kata1", (await world.TenantAsync("second")).Placement?.PoolName);
    }

    [Fact]
    public async Task Onboard_ManyRaceForOnePool_MakesItOnceAndWakesAll()
    {
        await using var world = await World.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            await world.StartAsync(World.Onboard($"t{i}"));
        }

        await world.SettleAsync();

        Assert.Equal(1, world.Cloud.CallsOf(ActivityNames.EnsurePool));
        Assert.Equal(10, Assert.Single((await world.LedgerAsync()).Pools).Reservations.Count);
        Assert.Equal(10, world.Cloud.Events.Count(e => e.Type == EventTypes.TenantReady));
    }

    [Fact]
    public async Task Onboard_SameRequestManyTimes_IsOneOperation()
    {
        await using var world = await World.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await world.StartAsync(World.Onboard(), i % 2 == 0 ? "one" : null);
        }

        await world.SettleAsync();

        Assert.Single(world.Cloud.Events, e => e.Type == EventTypes.TenantReady);
        Assert.Equal(SubmitOutcome.Duplicate, (await world.RunAsync(World.Onboard())).Outcome);
    }

    [Fact]
    public async Task Onboard_WhileThePoolIsMade_SaysWhatItWaitsFor()
    {
        await using var world = await World.StartAsync();
        await world.StartAsync(World.Onboard());
        await world.SettleAsync(until: world.Now);

        var status = (await world.OperationAsync("acme.1.1.onboard")).ReadCustomStatusAs<OperationStatus>();

        Assert.Contains("kata1", status!.WaitingFor, StringComparison.Ordinal);
        Assert.Equal(world.Now, status.Since);
    }

    [Fact]
    public async Task Onboard_PoolWithoutCapacity_TriesTheNextCluster()
    {
        await using var world = await World.StartAsync(cloud =>
        {
            cloud.Clusters.Add(FakeCloud.Cluster("aks2"));
            cloud.PoolEnds["aks1"] = new(PoolCondition.Failed, "no room in the zone", null, ErrorClass.Capacity, "ZonalAllocationFailed");
        });

        await world.RunAsync(World.Onboard());

        Assert.Equal("aks2", (await world.TenantAsync()).Placement?.ClusterId);
        Assert.Equal("aks2/kata1", Assert.Single(world.Cloud.Pools));
        Assert.Empty((await world.LedgerAsync("aks1")).Pools);
        Assert.Single(world.Cloud.Events, e => e.Type == EventTypes.PoolFailed);
    }

    [Theory]
    [InlineData(ErrorClass.Quota)]
    [InlineData(ErrorClass.Invalid)]
    [InlineData(ErrorClass.Transient)]
    public async Task Onboard_PoolFailsForGood_FailsWithTheReasonAndLeavesNothing(ErrorClass errorClass)
    {
        await using var world = await World.StartAsync(cloud =>
        {
            cloud.Clusters.Add(FakeCloud.Cluster("aks2"));
            cloud.PoolEnds["aks1"] = new(PoolCondition.Failed, "family quota is used up", null, errorClass, "TheCode");
        });

        await world.RunAsync(World.Onboard());

        var tenant = await world.TenantAsync();
        Assert.Equal((TenantPhase.Failed, errorClass, "TheCode"), (tenant.Phase, tenant.LastError?.ErrorClass, tenant.LastError?.Code));
        var failed = Assert.Single(world.Cloud.Events, e => e.Type == EventTypes.TenantFailed);
        Assert.Contains("family quota", failed.Data["message"], StringComparison.Ordinal);
        await world.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Onboard_RolloutFails_UndoesEverything()
    {
        await using var world = await World.StartAsync(cloud => cloud.Rollout = new(RolloutCondition.Failed, "web: ImagePullBackOff"));

        await world.RunAsync(World.Onboard());

        Assert.Equal("RolloutFailed", (await world.TenantAsync()).LastError?.Code);
        await world.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Onboard_RolloutNeverEnds_GivesUpAtTheDeadline()
    {
        await using var world = await World.StartAsync(cloud => cloud.Rollout = new(RolloutCondition.Progressing, "web: 0 of 1 available"));
        var begun = world.Now;

        await world.RunAsync(World.Onboard());

        var tenant = await world.TenantAsync();
        Assert.Equal("RolloutTimeout", tenant.LastError?.Code);
        Assert.InRange((tenant.LastOperation!.EndedAt!.Value - begun).TotalSeconds, 900, 1_300);
        await world.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Onboard_NoClusterHasRoom_SaysWhyForEach()
    {
        await using var world = await World.StartAsync(cloud => cloud.Clusters.Add(FakeCloud.Cluster("aks2")));

        await world.RunAsync(World.Onboard(replicas: 50));

        var error = (await world.TenantAsync()).LastError!;
        Assert.Equal("TenantTooLarge", error.Code);
        Assert.Contains("'aks1'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'aks2'", error.Message, StringComparison.Ordinal);
        await world.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Onboard_AfterFailure_RetriesWithAHigherRevision()
    {
        await using var world = await World.StartAsync(cloud => cloud.Rollout = new(RolloutCondition.Failed, "bad image"));
        await world.RunAsync(World.Onboard());
        world.Cloud.Rollout = new(RolloutCondition.Ready, "ok");

        var again = await world.RunAsync(World.Onboard());
        var retry = await world.RunAsync(World.Onboard(revision: 2));

        Assert.Equal((SubmitOutcome.Duplicate, "RolloutFailed"), (again.Outcome, again.Error?.Code));
        Assert.Equal((SubmitOutcome.Accepted, "acme.2.2.onboard"), (retry.Outcome, retry.OperationId));
        Assert.Equal((TenantPhase.Ready, "kata2"), await world.TenantAsync() is var t ? (t.Phase, t.Placement?.PoolName) : default);
    }
}
