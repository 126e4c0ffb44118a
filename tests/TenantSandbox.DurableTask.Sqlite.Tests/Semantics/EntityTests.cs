using DurableTask.Core;
using DurableTask.Core.Entities;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using EntityQuery = DurableTask.Core.Entities.EntityBackendQueries.EntityQuery;

namespace TenantSandbox.DurableTask.Sqlite.Tests.Semantics;

public sealed class EntityTests
{
    private static readonly EntityInstanceId Ledger = new("Ledger", "A");

    [Fact]
    public async Task CallEntity_ReturnsTheOperationsResult()
    {
        await using var host = await StartAsync(new TaskHost()
            .Orchestrator("calls", async context =>
            {
                await context.Entities.CallEntityAsync(Ledger, "Add", 3);
                await context.Entities.CallEntityAsync(Ledger, "add", 4);
                return await context.Entities.CallEntityAsync<int>(Ledger, "Sum");
            }));

        Assert.Equal(7, await host.ResultAsync<int>("calls"));
        Assert.Equal([3, 4], await host.EntityStateAsync<List<int>>(Ledger));
    }

    [Fact]
    public async Task Signals_FromOneSender_AreProcessedInOrder()
    {
        await using var host = await StartAsync(new TaskHost()
            .Orchestrator("signals", async context =>
            {
                for (var n = 0; n < 300; n++)
                {
                    await context.Entities.SignalEntityAsync(Ledger, "Add", n);
                }

                return await context.Entities.CallEntityAsync<List<int>>(Ledger, "Entries");
            }));

        Assert.Equal(Enumerable.Range(0, 300), await host.ResultAsync<List<int>>("signals"));
    }

    [Fact]
    public async Task Operation_Throws_LeavesNeitherStateNorEffects()
    {
        await using var host = await StartAsync(new TaskHost()
            .Orchestrator("started", _ => Task.FromResult(1))
            .Orchestrator("breaks", async context =>
            {
                await context.Entities.CallEntityAsync(Ledger, "Add", 1);
                var failure = await Assert.ThrowsAsync<EntityOperationFailedException>(
                    () => context.Entities.CallEntityAsync(Ledger, "AddSignalStartAndThrow", 5));
                Assert.True(failure.FailureDetails.IsCausedBy<ArithmeticException>());
                return await context.Entities.CallEntityAsync<int>(Ledger, "Sum");
            }));

        Assert.Equal(1, await host.ResultAsync<int>("breaks"));
        Assert.Null(await host.EntityStateAsync<List<int>>(new EntityInstanceId("ledger", "other")));
        Assert.Null(await host.GetAsync("from-entity"));
    }

    [Fact]
    public async Task Operation_SignalsAndStarts_HappenOnce()
    {
        await using var host = await StartAsync(new TaskHost().Orchestrator<string, string>("started", async (_, input) => "got " + input));
        await host.SignalAsync(Ledger, "SignalAndStart", "x");
        await host.WhenIdleAsync();

        Assert.Equal("got x", await host.OutputAsync<string>("from-entity"));
        Assert.Equal([9], await host.EntityStateAsync<List<int>>(new EntityInstanceId("ledger", "other")));
    }

    [Fact]
    public async Task EntityStart_OfARunningInstance_LeavesItRunning()
    {
        await using var host = await StartAsync(new TaskHost()
            .Orchestrator<string, string>("started", async (context, input) => input + await context.WaitForExternalEvent<string>("go")));
        await host.SignalAsync(Ledger, "SignalAndStart", "first-");
        await host.WhenIdleAsync();
        await host.SignalAsync(Ledger, "SignalAndStart", "second-");
        await host.WhenIdleAsync();
        await host.RaiseAsync("from-entity", "go", "on");

        Assert.Equal("first-on", await host.OutputAsync<string>("from-entity"));
    }

    [Fact]
    public async Task DelayedSignal_IsProcessedWhenItIsDueByTheClock()
    {
        await using var host = await StartAsync(new TaskHost(), holdTime: true);
        await host.SignalAsync(Ledger, "Add", 1, at: TaskHost.Start.AddHours(5));

        await host.AdvanceAsync(TimeSpan.FromHours(4));
        Assert.Null(await host.EntityStateAsync<List<int>>(Ledger));
        await host.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal([1], await host.EntityStateAsync<List<int>>(Ledger));
    }

    [Fact]
    public async Task Delete_RemovesTheEntityFromTheStore()
    {
        await using var host = await StartAsync(new TaskHost());
        await host.SignalAsync(Ledger, "Add", 1);
        await host.WhenIdleAsync();
        Assert.NotNull(await host.GetAsync(Ledger.ToString()));
        await host.SignalAsync(Ledger, "delete");
        await host.WhenIdleAsync();

        Assert.Null(await host.GetAsync(Ledger.ToString()));
    }

    [Fact]
    public async Task CallEntity_UnknownOperation_Fails()
    {
        await using var host = await StartAsync(new TaskHost()
            .Orchestrator("calls", async context =>
            {
                await context.Entities.CallEntityAsync(Ledger, "nope");
                return 0;
            }));

        Assert.Contains("No suitable method", (await host.RunAsync("calls")).FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LockEntities_TwoOwners_OneAfterTheOther()
    {
        await using var host = await StartAsync(new TaskHost()
            .Orchestrator<int, int>("locks", async (context, amount) =>
            {
                await using (await context.Entities.LockEntitiesAsync(Ledger))
                {
                    var before = await context.Entities.CallEntityAsync<int>(Ledger, "Sum");
                    await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                    await context.Entities.CallEntityAsync(Ledger, "Add", amount);
                    return before;
                }
            }));
        string[] ids = [await host.ScheduleAsync("locks", 5), await host.ScheduleAsync("locks", 7)];

        var before = new[] { await host.OutputAsync<int>(ids[0]), await host.OutputAsync<int>(ids[1]) };

        Assert.Contains(0, before);
        Assert.Contains(before, sum => sum is 5 or 7);
        Assert.Equal(12, (await host.EntityStateAsync<List<int>>(Ledger))!.Sum());
    }

    [Fact]
    public async Task CleanEntityStorage_OwnerOfALockIsTerminated_ReleasesTheLock()
    {
        await using var host = await StartAsync(new TaskHost()
            .Orchestrator("locks", async context =>
            {
                await using (await context.Entities.LockEntitiesAsync(Ledger))
                {
                    return await context.WaitForExternalEvent<int>("never");
                }
            }));
        var owner = await host.ScheduleAsync("locks");
        await host.WhenIdleAsync();
        await host.Service.ForceTerminateTaskOrchestrationAsync(owner, "stop");
        await host.SignalAsync(Ledger, "Add", 1);
        await host.WhenIdleAsync();
        Assert.Null(await host.EntityStateAsync<List<int>>(Ledger));

        var result = await host.Service.EntityBackendQueries.CleanEntityStorageAsync(new() { ReleaseOrphanedLocks = true });
        await host.WhenIdleAsync();

        Assert.Equal(1, result.OrphanedLocksReleased);
        Assert.Equal([1], await host.EntityStateAsync<List<int>>(Ledger));
    }

    [Fact]
    public async Task QueryEntities_PrefixAndPages_ReturnEachOnceWithState()
    {
        await using var host = await StartAsync(new TaskHost());
        for (var n = 0; n < 25; n++)
        {
            await host.SignalAsync(new EntityInstanceId("ledger", $"k{n:00}"), "Add", n);
        }

        await host.SignalAsync(new EntityInstanceId("ledger", "other"), "Add", 1);
        await host.WhenIdleAsync();
        List<int> sizes = [];
        List<string> states = [];
        var query = new EntityQuery { InstanceIdStartsWith = "ledger@k", PageSize = 10, IncludeState = true };
        do
        {
            var page = await host.Service.EntityBackendQueries.QueryEntitiesAsync(query, TaskHost.Deadline);
            var results = page.Results.ToList();
            sizes.Add(results.Count);
            states.AddRange(results.Select(entity => $"{entity.EntityId.Key}:{entity.SerializedState}"));
            query.ContinuationToken = page.ContinuationToken;
        }
        while (query.ContinuationToken is not null);

        Assert.Equal([10, 10, 5], sizes);
        Assert.Equal(Enumerable.Range(0, 25).Select(n => $"k{n:00}:[{n}]"), states);
    }

    [Fact]
    public async Task QueryEntities_LastModified_IsTheClocksTime()
    {
        await using var host = await StartAsync(new TaskHost(), holdTime: true);
        await host.SignalAsync(Ledger, "Add", 1);
        await host.AdvanceAsync(TimeSpan.FromDays(1));
        await host.SignalAsync(new EntityInstanceId("ledger", "late"), "Add", 1);
        await host.WhenIdleAsync();

        var late = await host.Service.EntityBackendQueries.QueryEntitiesAsync(
            new EntityQuery { LastModifiedFrom = TaskHost.Start.AddHours(1).UtcDateTime }, TaskHost.Deadline);

        var entity = Assert.Single(late.Results);
        Assert.Equal(("late", TaskHost.Start.AddDays(1).UtcDateTime, null), (entity.EntityId.Key, entity.LastModifiedTime, entity.SerializedState));
    }

    private static Task<TaskHost> StartAsync(TaskHost host, bool holdTime = false) => host.Entity<LedgerEntity>("ledger").StartAsync(holdTime);

    public sealed class LedgerEntity : TaskEntity<List<int>>
    {
        public void Add(int amount) => State.Add(amount);

        public int Sum() => State.Sum();

        public Task<List<int>> Entries() => Task.FromResult(State);

        public void SignalAndStart(string input)
        {
            Context.SignalEntity(new EntityInstanceId("ledger", "other"), "Add", 9);
            Context.ScheduleNewOrchestration("started", input, new StartOrchestrationOptions("from-entity"));
        }

        public void AddSignalStartAndThrow(int amount)
        {
            Add(amount);
            SignalAndStart("x");
            throw new ArithmeticException("no");
        }
    }
}
