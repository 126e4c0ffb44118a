using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Settings;
using TenantSandbox.DurableTask.Sqlite.Dispatch;
using TenantSandbox.DurableTask.Sqlite.Store;

namespace TenantSandbox.DurableTask.Sqlite.Tests;

public sealed class DispatchTests
{
    private readonly IdleTracker _idle = new();

    [Fact]
    public async Task Take_WhileTheInstanceIsLocked_WaitsForItsRelease()
    {
        var queue = new InstanceQueue(_idle, maxMessages: 10);
        queue.Add(Message("a", 1));
        var first = await TakeAsync(queue);
        queue.Add(Message("a", 2));
        queue.Add(Message("b", 3));

        Assert.Equal("b", (await TakeAsync(queue))!.InstanceId);
        Assert.Null(await queue.TakeAsync(TimeSpan.Zero, TaskHost.Deadline));
        queue.Release(first!);
        Assert.Equal([2], (await TakeAsync(queue))!.Messages.Select(message => message.Sequence));
    }

    [Fact]
    public async Task Take_MoreMessagesThanTheLimit_LeavesTheRestForTheNextWorkItem()
    {
        var queue = new InstanceQueue(_idle, maxMessages: 2);
        for (var n = 1; n <= 3; n++)
        {
            queue.Add(Message("a", n));
        }

        var first = await TakeAsync(queue);
        queue.Release(first!);

        Assert.Equal([1, 2], first!.Messages.Select(message => message.Sequence));
        Assert.Equal([3], (await TakeAsync(queue))!.Messages.Select(message => message.Sequence));
    }

    [Fact]
    public async Task Hold_UntilAnotherMessageArrives_IsIdleAndKeepsTheOrder()
    {
        var queue = new InstanceQueue(_idle, maxMessages: 10);
        queue.Add(Message("a", 1));
        queue.Hold((await TakeAsync(queue))!);

        Assert.True(_idle.IsIdle);
        queue.Add(Message("a", 2));
        Assert.False(_idle.IsIdle);
        Assert.Equal([1, 2], (await TakeAsync(queue))!.Messages.Select(message => message.Sequence));
    }

    [Fact]
    public void HistoryCache_BeyondItsLimit_DropsTheOldest()
    {
        var cache = new HistoryCache(maxEvents: 40);
        cache.Put(Snapshot("old", events: 5));
        cache.Put(Snapshot("new", events: 5));
        cache.Put(Snapshot("newest", events: 5));
        cache.Put(Snapshot("too long", events: 50));

        Assert.Null(cache.Find("old"));
        Assert.NotNull(cache.Find("new"));
        Assert.NotNull(cache.Find("newest"));
        Assert.Null(cache.Find("too long"));
    }

    [Fact]
    public async Task HistoryCache_SwitchedOff_GivesTheSameResult()
    {
        await using var host = new TaskHost();
        host.Options = host.Options with { HistoryCacheEvents = 0 };
        await host.Activity<int, int>("next", n => n + 1)
            .Orchestrator("counts", async context =>
            {
                var n = 0;
                while (n < 10)
                {
                    n = await context.CallActivityAsync<int>("next", n);
                }

                return n;
            })
            .StartAsync();

        Assert.Equal(10, await host.ResultAsync<int>("counts"));
    }

    [Fact]
    public async Task Abandon_VersionThatTheWorkerRefuses_WaitsForAWorkerThatTakesIt()
    {
        await using var host = new TaskHost { Versioning = Versions("2.0") };
        await host.Orchestrator("any", _ => Task.FromResult(1)).StartAsync();
        var id = await host.ScheduleAsync("any", settings: new() { Version = "3.0" });
        await host.WhenIdleAsync();
        Assert.Equal(OrchestrationStatus.Pending, await host.StatusAsync(id));

        await host.StopAsync();
        host.Versioning = Versions("3.0");
        await host.StartAsync();

        Assert.Equal(1, await host.OutputAsync<int>(id));
    }

    private static VersioningSettings Versions(string current) => new()
    {
        Version = current,
        MatchStrategy = VersioningSettings.VersionMatchStrategy.CurrentOrOlder,
        FailureStrategy = VersioningSettings.VersionFailureStrategy.Reject,
    };

    private static async Task<InstanceBatch?> TakeAsync(InstanceQueue queue) => await queue.TakeAsync(TimeSpan.FromSeconds(60), TaskHost.Deadline);

    private static StoredMessage Message(string target, long sequence)
        => new(sequence, target, Run: 0, Messages.To(target, new EventRaisedEvent(-1, null) { Name = "e" }));

    private static InstanceSnapshot Snapshot(string id, int events)
        => new(id, 1, "execution", OrchestrationStatus.Running, [.. Enumerable.Range(0, events).Select(n => new OrchestratorStartedEvent(n))]);
}
