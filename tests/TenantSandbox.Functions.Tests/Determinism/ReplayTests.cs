using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Maintenance;
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

        Assert.Equal([], TestSystem.Functions.Orchestrations.Except(replayed, StringComparer.OrdinalIgnoreCase));
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
        await system.ActAsync(TenantVerb.Verify);
        await system.ActAsync(TenantVerb.Suspend);
        await system.ActAsync(TenantVerb.Resume);
        system.Cloud.Rollout = new(RolloutCondition.Progressing, "0 of 1 available");
        await system.SubmitAsync(TestSystem.Update(revision: 4, replicas: 3));
        await system.SettleAsync(until: system.Now.AddSeconds(120));
        system.Cloud.Rollout = new(RolloutCondition.Ready, "ok");
        await system.ActAsync(TenantVerb.Cancel);
        await LoseOperationAsync(system);
        await MaintainAsync(system);
        await system.ActAsync(TenantVerb.Renew, expiry: new(system.Now.AddYears(1)));
        Assert.Equal(TenantPhase.Offboarded, (await system.TenantAsync()).Phase);
    }

    /// <summary>A person terminates an update, so that it never reports.</summary>
    private static async Task LoseOperationAsync(TestSystem system)
    {
        system.Cloud.Rollout = new(RolloutCondition.Progressing, "0 of 1 available");
        await system.SubmitAsync(TestSystem.Update(revision: 5, replicas: 2));
        await system.SettleAsync(until: system.Now.AddSeconds(120));
        await system.Hub.Client.TerminateInstanceAsync((await system.TenantAsync()).Operation!.Id);
        system.Cloud.Rollout = new(RolloutCondition.Ready, "ok");
    }

    /// <summary>Each maintenance task once; the watchdog finds a lost operation, the sweep an orphan.</summary>
    private static async Task MaintainAsync(TestSystem system)
    {
        system.Cloud.Strangers.Add(new("tenant-ghost", "uid", "tenantsandbox", "ghost", 1, 1, null, null, false, DateTimeOffset.UnixEpoch, false));
        var settings = new MaintenanceSettings(100, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), true, TimeSpan.FromDays(30), TimeSpan.FromHours(4), TimeSpan.FromDays(30), ChecksBaselines: true, ReportRetention: TimeSpan.FromDays(400));
        MaintenanceTask[] watchdogFirst = [MaintenanceTask.Watchdog, .. MaintenanceTasks.All.Where(t => t != MaintenanceTask.Watchdog)];
        foreach (var task in watchdogFirst)
        {
            await system.Hub.Client.ScheduleNewOrchestrationInstanceAsync(
                $"{task}Orchestration", new MaintenanceInput(task, settings, null), new StartOrchestrationOptions(task.ToInstanceId()));
            await system.SettleAsync(until: system.Now.AddHours(3));
        }
    }
}
