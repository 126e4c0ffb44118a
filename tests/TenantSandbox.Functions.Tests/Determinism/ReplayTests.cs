using TenantSandbox.Core.Requests;
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

        Assert.Equal(TestSystem.Functions.Orchestrations, (await system.Hub.VerifyReplaysAsync()).Order(StringComparer.Ordinal));
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
}
