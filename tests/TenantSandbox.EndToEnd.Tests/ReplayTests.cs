using TenantSandbox.Local.Engine;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>Every orchestration of the app is replayed from each of its steps, as if the process had died there, and must go on the same way.</summary>
public sealed class ReplayTests
{
    [Theory]
    [InlineData("pooled")]
    [InlineData("dedicated")]
    public async Task Orchestrations_OfATenantsWholeLife_ReplayTheSameFromEveryStep(string tier)
    {
        await using var system = await TestSystem.StartAsync();
        using var onboarded = await system.OnboardAsync("acme", tier: tier);
        await system.SettleAsync("acme");
        using var offboarded = await system.OffboardAsync("acme");
        await system.SettleAsync("acme");
        await system.Local.Engine.WhenIdleAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);

        HashSet<string> replayed = [];
        await foreach (var instance in system.Local.Engine.Client.GetAllInstancesAsync())
        {
            RecordedRun run = (await system.Local.Engine.RecordAsync(instance.InstanceId))!;
            system.Local.Engine.VerifyReplay(run);
            replayed.Add(run.Name);
        }

        string[] expected = ["OnboardOrchestration", "OffboardOrchestration", "SubmitRequestOrchestration", "CreatePoolOrchestration"];
        Assert.Empty(expected.Except(replayed, StringComparer.OrdinalIgnoreCase));
    }
}
