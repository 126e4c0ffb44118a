using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Tenants;
using TenantSandbox.Functions.Tests.Orchestrations;

namespace TenantSandbox.Functions.Tests.Determinism;

/// <summary>Every orchestration is replayed from each of its steps, as if the process had ended there, and must schedule the same.</summary>
public sealed class ReplayTests
{
    [Theory]
    [InlineData(TenantTier.Pooled)]
    [InlineData(TenantTier.Dedicated)]
    public async Task Replay_OnboardAndOffboard_SchedulesTheSameFromEveryStep(TenantTier tier)
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard(tier: tier));
        await system.RunAsync(TestSystem.Offboard());

        Assert.Contains(nameof(OffboardOrchestration), await system.Hub.VerifyReplaysAsync());
    }

    [Fact]
    public async Task Replay_EveryOperation_SchedulesTheSameFromEveryStep()
    {
        await using var system = await TestSystem.StartAsync();
        await RunEveryOperationAsync(system);

        var replayed = await system.Hub.VerifyReplaysAsync();

        var missing = TestSystem.Functions.Orchestrations.Except(replayed, StringComparer.OrdinalIgnoreCase);
        Assert.All(missing, name => Assert.True(IsOfMaintenance(name), $"{name} is not replayed"));
    }

    [Fact]
    public async Task Replay_Compensation_SchedulesTheSameFromEveryStep()
    {
        await using var system = await TestSystem.StartAsync(cloud => cloud.Rollout = new(RolloutCondition.Failed, "bad image"));
        await system.RunAsync(TestSystem.Onboard());

        Assert.Contains(nameof(OnboardOrchestration), await system.Hub.VerifyReplaysAsync());
    }

    [Theory]
    [InlineData(ActivityNames.SelectClusters)]
    [InlineData(ActivityNames.EnsurePool)]
    [InlineData(ActivityNames.ApplyWorkloads)]
    [InlineData(ActivityNames.PublishEvent)]
    [InlineData(nameof(TenantEntity))]
    public async Task Replay_RetriesAfterWorkerExits_SchedulesTheSameFromEveryStep(string function)
    {
        await using var system = await TestSystem.StartAsync();
        system.Hub.WorkerExits.Add(new(function, Calls: 3));
        await system.RunAsync(TestSystem.Onboard());

        Assert.Contains(nameof(OnboardOrchestration), await system.Hub.VerifyReplaysAsync());
    }

    /// <summary>Each operation once; one update fails, and one is canceled. Ends with the offboarding that its expiry starts.</summary>
    internal static async Task RunEveryOperationAsync(TestSystem system)
    {
        await system.RunAsync(TestSystem.Onboard());
        await system.RunAsync(TestSystem.Update());
        system.Cloud.Rollout = new(RolloutCondition.Failed, "bad image");
        await system.RunAsync(TestSystem.Update(revision: 3, image: "broken"));
        system.Cloud.Rollout = new(RolloutCondition.Ready, "ok");
        await system.ActAsync(TenantVerb.Compensate);
        await system.ActAsync(TenantVerb.Reconcile);
        await system.ActAsync(TenantVerb.Suspend);
        await system.ActAsync(TenantVerb.Resume);
        system.Cloud.Rollout = new(RolloutCondition.Progressing, "0 of 1 available");
        await system.SubmitAsync(TestSystem.Update(revision: 4, replicas: 3));
        await system.SettleAsync(until: system.Now.AddSeconds(120));
        system.Cloud.Rollout = new(RolloutCondition.Ready, "ok");
        await system.ActAsync(TenantVerb.Cancel);
        await system.ActAsync(TenantVerb.Renew, expiry: new(system.Now.AddYears(1)));
        Assert.Equal(TenantPhase.Offboarded, (await system.TenantAsync()).Phase);
    }

    // Their own tests replay them.
    private static bool IsOfMaintenance(string name) =>
        name is "ExpireTenantsOrchestration" or "SettleOrchestration" or "PurgeHistoryOrchestration"
            or "ReconcileClustersOrchestration" or "ReconcileTenantsOrchestration" or "SweepOrphansOrchestration" or "WatchdogOrchestration" or "RebuildOrchestration";
}
