using TenantSandbox.Local.Engine;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>What instances under way somewhere have done so far, today's code must do again; else they fail when it is deployed.</summary>
public sealed class GoldenHistoryTests : IAsyncLifetime
{
    private TestSystem _system = null!;

    public async Task InitializeAsync()
    {
        _system = await TestSystem.StartAsync();
        if (GoldenHistories.IsRecordingAskedFor) await GoldenRecorder.RecordMissingAsync(_system, GoldenHistories.Folder);
    }

    public async Task DisposeAsync() => await _system.DisposeAsync();

    [Fact]
    public void EveryOrchestrationOfTheApp_GoldenHistories_AreStillFollowed()
    {
        var orchestrations = GoldenHistories.OrchestrationsOf(typeof(Functions.ServiceCollectionExtensions).Assembly);
        var histories = GoldenHistories.ReadAll(GoldenHistories.Folder);

        string[] problems =
        [
            .. GoldenHistories.Missing(orchestrations, histories.Values, GoldenHistories.CurrentVersion),
            .. histories.Select(it => GoldenHistories.Difference(it.Key, it.Value, _system.Local.Engine.VerifyReplay)).OfType<string>(),
        ];

        Assert.True(problems.Length == 0, string.Join("\n\n", problems));
        Assert.True(orchestrations.Count >= 5, "not all orchestrations are found");
        Assert.All(histories.Values, run => Assert.Equal(HistoryEventKind.ExecutionCompleted, run.Events[^1].Kind));
    }

    [Fact]
    public void GoldenHistory_OfOtherCode_NamesBothSidesAndWhatToDo()
    {
        var (file, run) = GoldenHistories.ReadAll(GoldenHistories.Folder).First(it => it.Value.Name == "OnboardOrchestration");
        var options = new EngineOptions { DatabasePath = "unused" };

        var difference = GoldenHistories.Difference(file, run, it => ReplayHarness.Verify(it, async context =>
        {
            await context.CallActivityAsync("OtherStep");
            return null;
        }, options));

        Assert.NotNull(difference);
        Assert.StartsWith(file, difference, StringComparison.Ordinal);
        Assert.Contains("history has activity 'SelectClusters' as action #0", difference, StringComparison.Ordinal);
        Assert.Contains("the code now has activity 'OtherStep' as action #0", difference, StringComparison.Ordinal);
        Assert.Contains("raise defaultVersion in host.json", difference, StringComparison.Ordinal);
        Assert.Contains("GOLDEN_RECORD=1", difference, StringComparison.Ordinal);
    }

    [Fact]
    public void GoldenHistory_OneStepRenamedInEach_IsFound()
    {
        foreach (var (file, run) in GoldenHistories.ReadAll(GoldenHistories.Folder))
        {
            // The code as it is, against a history that has one step by another name: the same as a step renamed since.
            var renamed = run.Events.Select(e => e.Kind).ToList().FindLastIndex(kind => kind is HistoryEventKind.TaskScheduled or HistoryEventKind.EntityCalled);
            var changed = run with { Events = [.. run.Events.Select((e, i) => i == renamed ? e with { Name = "FormerName" } : e)] };

            var difference = GoldenHistories.Difference(file, changed, _system.Local.Engine.VerifyReplay);

            Assert.NotNull(difference);
            Assert.Contains("'FormerName'", difference, StringComparison.Ordinal);
            Assert.Contains($"'{run.Events[renamed].Name}'", difference, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Missing_OrchestrationWithoutHistoryOrOnlyOfAnOlderVersion_IsNamed()
    {
        var run = GoldenHistories.ReadAll(GoldenHistories.Folder).Values.First();

        var unknown = GoldenHistories.Missing([run.Name, "NewOrchestration"], [run], run.Version);
        var outdated = GoldenHistories.Missing([run.Name], [run], "99.0");

        Assert.StartsWith($"NewOrchestration has no golden history of version {run.Version}", Assert.Single(unknown), StringComparison.Ordinal);
        Assert.StartsWith($"{run.Name} has no golden history of version 99.0", Assert.Single(outdated), StringComparison.Ordinal);
    }
}
