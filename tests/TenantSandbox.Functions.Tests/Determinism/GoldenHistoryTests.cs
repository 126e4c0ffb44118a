using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Tenants;
using TenantSandbox.Functions.Tests.Orchestrations;
using TenantSandbox.Testing.Determinism;

namespace TenantSandbox.Functions.Tests.Determinism;

/// <summary>The code must continue the instances that an earlier version started.</summary>
public sealed class GoldenHistoryTests
{
    private static readonly Scenario[] Scenarios =
    [
        new("onboard", _ => Task.CompletedTask, system => system.RunAsync(TestSystem.Onboard())),
        new("offboard", system => system.RunAsync(TestSystem.Onboard()), system => system.RunAsync(TestSystem.Offboard())),
        new("no-image", FailRollout, system => system.RunAsync(TestSystem.Onboard())),
        new("lifecycle", _ => Task.CompletedTask, ReplayTests.RunEveryOperationAsync),
        new("no-pool", FailPool, system => system.RunAsync(TestSystem.Onboard())),
        new("host-names", _ => Task.CompletedTask, HostNameTests.RunEveryOperationAsync),
    ];

    public static TheoryData<string> Files => [.. GoldenHistories.ReadAll(GoldenHistories.Folder).Keys];

    [Theory]
    [MemberData(nameof(Files))]
    public void Replay_GoldenHistory_SchedulesTheSame(string file)
    {
        var run = GoldenHistories.ReadAll(GoldenHistories.Folder)[file];

        Assert.Null(GoldenHistories.FindDifference(file, run, TestSystem.Functions, TestSystem.CurrentVersion));
    }

    [Fact]
    public async Task GoldenHistories_OfTheCurrentVersion_CoverEveryOrchestration()
    {
        if (Environment.GetEnvironmentVariable(GoldenHistories.RecordVariable) == "1")
        {
            foreach (var scenario in Scenarios)
            {
                await RecordMissingAsync(scenario);
            }
        }

        Assert.Empty(GoldenHistories.FindMissing(
            TestSystem.Functions.Orchestrations, GoldenHistories.ReadAll(GoldenHistories.Folder).Values, TestSystem.CurrentVersion));
    }

    [Fact]
    public void FindMissing_OrchestrationWithoutHistory_SaysHowToRecordIt()
    {
        var histories = GoldenHistories.ReadAll(GoldenHistories.Folder).Values;

        var missing = Assert.Single(GoldenHistories.FindMissing([nameof(OnboardOrchestration), "New"], histories, TestSystem.CurrentVersion));

        Assert.StartsWith("New has no golden history", missing, StringComparison.Ordinal);
        Assert.Contains(GoldenHistories.RecordVariable, missing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ToJson_ThenFromJson_IsEqual()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        var json = (await system.Hub.RecordAsync("acme.1.1.onboard")).ToJson();

        Assert.Equal(json, RecordedRun.FromJson(json).ToJson());
        Assert.DoesNotContain("StackTrace", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_ChangedOrchestration_NamesStepAndDifference()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        var run = await system.Hub.RecordAsync("acme.1.1.onboard");

        var difference = Assert.Throws<NonDeterminismException>(() => ReplayHarness.Verify(run, new OtherOrchestration()));

        Assert.Equal(1, difference.Step);
        Assert.Contains(ActivityNames.SelectClusters, difference.Recorded, StringComparison.Ordinal);
        Assert.Contains("'Echo'", difference.Replayed, StringComparison.Ordinal);
    }

    private static async Task RecordMissingAsync(Scenario scenario)
    {
        await using var system = await TestSystem.StartAsync();
        await scenario.Prepare(system);
        var before = await InstancesAsync(system);
        await scenario.Run(system);
        foreach (var instanceId in (await InstancesAsync(system)).Except(before))
        {
            var recorded = await system.Hub.RecordAsync(instanceId);
            var file = Path.Combine(GoldenHistories.Folder, $"{recorded.Name}.{scenario.Name}.v{recorded.Version}.json");
            if (!File.Exists(file))
            {
                await File.WriteAllTextAsync(file, recorded.ToJson());
            }
        }
    }

    private static async Task<List<string>> InstancesAsync(TestSystem system)
    {
        var instances = new List<string>();
        await foreach (var instance in system.Hub.Client.GetAllInstancesAsync())
        {
            instances.Add(instance.InstanceId);
        }

        return instances;
    }

    private static Task FailRollout(TestSystem system)
    {
        system.Cloud.Rollout = new(RolloutCondition.Failed, "web: ImagePullBackOff");
        return Task.CompletedTask;
    }

    private static Task FailPool(TestSystem system)
    {
        system.Cloud.PoolResults["aks1"] = new(PoolCondition.Failed, "no capacity in the zone", null, ErrorClass.Capacity, "ZonalAllocationFailed");
        return Task.CompletedTask;
    }

    /// <summary>A run that golden histories are recorded of; the instances of its preparation aren't.</summary>
    private sealed record Scenario(string Name, Func<TestSystem, Task> Prepare, Func<TestSystem, Task> Run);

    private sealed class OtherOrchestration : TaskOrchestrator<object, object?>
    {
        public override async Task<object?> RunAsync(TaskOrchestrationContext context, object input) =>
            await context.CallActivityAsync<string>(nameof(NonDeterministicOrchestrations.Echo), "other");
    }
}
