using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace TenantSandbox.Engine.Tests.Semantics;

public sealed class EntityTests
{
    private static readonly EntityInstanceId Ledger = new("Ledger", "A");

    [Fact]
    public async Task CallEntity_ReturnsTheOperationsResult()
    {
        await using TaskHost host = await StartAsync(new TaskHost()
            .Orchestrator("calls", async context =>
            {
                await context.Entities.CallEntityAsync(Ledger, "Add", 3);
                await context.Entities.CallEntityAsync(Ledger, "add", 4);
                return await context.Entities.CallEntityAsync<int>(Ledger, "Sum");
            }));

        Assert.Equal(7, await host.ResultAsync<int>("calls"));
        Assert.Equal("@ledger@A", (await host.Client.Entities.GetEntityAsync(Ledger))!.Id.ToString());
    }

    [Fact]
    public async Task Signals_FromOneSender_AreTakenInOrder()
    {
        await using TaskHost host = await StartAsync(new TaskHost()
            .Orchestrator("signals", async context =>
            {
                for (int n = 0; n < 300; n++)
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
        await using TaskHost host = await StartAsync(new TaskHost()
            .Orchestrator("started", _ => Task.FromResult(1))
            .Orchestrator("breaks", async context =>
            {
                await context.Entities.CallEntityAsync(Ledger, "Add", 1);
                EntityOperationFailedException e = await Assert.ThrowsAsync<EntityOperationFailedException>(
                    () => context.Entities.CallEntityAsync(Ledger, "AddSignalStartAndThrow", 5));
                Assert.True(e.FailureDetails.IsCausedBy<ArithmeticException>());
                return await context.Entities.CallEntityAsync<int>(Ledger, "Sum");
            }));

        Assert.Equal(1, await host.ResultAsync<int>("breaks"));
        Assert.Null(await host.Client.Entities.GetEntityAsync(new EntityInstanceId("ledger", "other")));
        Assert.Null(await host.Client.GetInstanceAsync("from-entity"));
    }

    [Fact]
    public async Task Operation_SignalsAndStarts_HappenOnce()
    {
        await using TaskHost host = await StartAsync(new TaskHost()
            .Orchestrator<string, string>("started", (_, input) => Task.FromResult("got " + input)));
        await host.Client.Entities.SignalEntityAsync(Ledger, "SignalAndStart", "x");
        await host.WhenIdleAsync();

        Assert.Equal("got x", (await host.CompletionAsync("from-entity")).ReadOutputAs<string>());
        Assert.Equal([9], (await host.Client.Entities.GetEntityAsync<List<int>>(new EntityInstanceId("ledger", "other")))!.State);
    }

    [Fact]
    public async Task EntityStart_OfARunningInstance_LeavesItRunning()
    {
        await using TaskHost host = await StartAsync(new TaskHost()
            .Orchestrator<string, string>("started", async (context, input) => input + await context.WaitForExternalEvent<string>("go")));
        await host.Client.Entities.SignalEntityAsync(Ledger, "SignalAndStart", "first-");
        await host.WhenIdleAsync();
        await host.Client.Entities.SignalEntityAsync(Ledger, "SignalAndStart", "second-");
        await host.WhenIdleAsync();
        await host.Client.RaiseEventAsync("from-entity", "go", "on");

        Assert.Equal("first-on", (await host.CompletionAsync("from-entity")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task DelayedSignal_IsTakenWhenItIsDue()
    {
        await using TaskHost host = await StartAsync(new TaskHost(), holdTime: true);
        await host.Client.Entities.SignalEntityAsync(Ledger, "Add", 1, new SignalEntityOptions { SignalTime = TaskHost.Start.AddHours(5) });

        await host.AdvanceAsync(TimeSpan.FromHours(4));
        Assert.Null(await host.Client.Entities.GetEntityAsync(Ledger));
        await host.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal([1], (await host.Client.Entities.GetEntityAsync<List<int>>(Ledger))!.State);
    }

    [Fact]
    public async Task Delete_RemovesTheEntity()
    {
        await using TaskHost host = await StartAsync(new TaskHost());
        await host.Client.Entities.SignalEntityAsync(Ledger, "Add", 1);
        await host.WhenIdleAsync();
        await host.Client.Entities.SignalEntityAsync(Ledger, "delete");
        await host.WhenIdleAsync();

        Assert.Null(await host.Client.Entities.GetEntityAsync(Ledger));
    }

    [Fact]
    public async Task CallEntity_UnknownNameOrOperation_Fails()
    {
        await using TaskHost host = await StartAsync(new TaskHost()
            .Orchestrator<string, int>("calls", async (context, name) =>
            {
                await context.Entities.CallEntityAsync(new EntityInstanceId(name!, "k"), "nope");
                return 0;
            }));

        Assert.Contains("no entity named 'nobody'", (await host.RunAsync("calls", "nobody")).FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("No suitable method", (await host.RunAsync("calls", "ledger")).FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetAllEntities_FilterAndPages_ReturnEachOnce()
    {
        await using TaskHost host = await StartAsync(new TaskHost());
        for (int n = 0; n < 25; n++)
        {
            await host.Client.Entities.SignalEntityAsync(new EntityInstanceId("ledger", $"k{n:00}"), "Add", n);
        }

        await host.WhenIdleAsync();
        List<int> sizes = [];
        List<string> keys = [];
        EntityQuery query = new() { InstanceIdStartsWith = "Ledger@k", PageSize = 10 };
        await foreach (Page<EntityMetadata<List<int>>> page in host.Client.Entities.GetAllEntitiesAsync<List<int>>(query).AsPages())
        {
            sizes.Add(page.Values.Count);
            keys.AddRange(page.Values.Select(entity => entity.Id.Key));
        }

        Assert.Equal([10, 10, 5], sizes);
        Assert.Equal(Enumerable.Range(0, 25).Select(n => $"k{n:00}"), keys);
    }

    [Fact]
    public async Task LockEntities_IsRefusedWithTheReason()
    {
        await using TaskHost host = await StartAsync(new TaskHost()
            .Orchestrator("locks", async context =>
            {
                await using IAsyncDisposable locked = await context.Entities.LockEntitiesAsync(Ledger);
                return 0;
            }));

        Assert.Contains("no entity locks", (await host.RunAsync("locks")).FailureDetails!.ErrorMessage, StringComparison.Ordinal);
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
