using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.DurableTask;

namespace TenantSandbox.DurableTask.Sqlite.Tests.Semantics;

public sealed class EventTests
{
    [Fact]
    public async Task RaiseEvent_BeforeAnybodyWaits_IsKeptInOrder()
    {
        await using var host = await new TaskHost()
            .Orchestrator("late", async context =>
            {
                await context.WaitForExternalEvent<string>("open");
                return $"{await context.WaitForExternalEvent<int>("n")}{await context.WaitForExternalEvent<int>("n")}";
            })
            .StartAsync();
        var id = await host.ScheduleAsync("late");
        await host.RaiseAsync(id, "n", 1);
        await host.RaiseAsync(id, "n", 2);
        await host.WhenIdleAsync();
        await host.RaiseAsync(id, "open");

        Assert.Equal("12", await host.OutputAsync<string>(id));
    }

    [Fact]
    public async Task RaiseEvent_BeforeTheWorkerStarts_ComesAfterTheStart()
    {
        await using var host = new TaskHost().Orchestrator("waits", context => context.WaitForExternalEvent<string>("e")).Open();
        var id = await host.ScheduleAsync("waits");
        await host.RaiseAsync(id, "e", "early");
        await host.StartWorkerAsync();

        Assert.Equal("early", await host.OutputAsync<string>(id));
    }

    [Fact]
    public async Task RaiseEvent_UnknownOrEndedInstance_IsDropped()
    {
        await using var host = await new TaskHost().Orchestrator("done", _ => Task.FromResult(1)).StartAsync();
        var id = await host.ScheduleAsync("done");
        await host.CompletionAsync(id);

        await host.RaiseAsync(id, "e", 1);
        await host.RaiseAsync("nobody", "e", 1);
        await host.WhenIdleAsync();

        Assert.Equal(OrchestrationStatus.Completed, await host.StatusAsync(id));
        Assert.Null(await host.GetAsync("nobody"));
        await host.ScheduleAsync("done", id: "nobody");
        Assert.Equal(1, await host.OutputAsync<int>("nobody"));
    }

    [Fact]
    public async Task RaiseEvent_ForAFormerExecution_IsDropped()
    {
        await using var host = await new TaskHost().Orchestrator("waits", context => context.WaitForExternalEvent<string>("e")).StartAsync();
        var id = await host.ScheduleAsync("waits");
        await host.SendAsync(id, new EventRaisedEvent(-1, "\"stale\"") { Name = "e" }, executionId: "former");
        await host.WhenIdleAsync();
        Assert.Equal(OrchestrationStatus.Running, await host.StatusAsync(id));
        await host.RaiseAsync(id, "e", "current");

        Assert.Equal("current", await host.OutputAsync<string>(id));
    }

    [Fact]
    public async Task SendEvent_ToAnotherInstance_ArrivesOnceDespiteReplays()
    {
        await using var host = await new TaskHost()
            .Activity<int, int>("noop", n => n)
            .Orchestrator("receiver", async context =>
            {
                var first = await context.WaitForExternalEvent<string>("hi");
                try
                {
                    return first + await context.WaitForExternalEvent<string>("hi", TimeSpan.FromHours(1));
                }
                catch (TaskCanceledException)
                {
                    return first;
                }
            })
            .Orchestrator("sender", async context =>
            {
                context.SendEvent("receiver-1", "hi", "there");
                await context.CallActivityAsync("noop", 1);
                await context.CallActivityAsync("noop", 2);
                return 0;
            })
            .StartAsync(holdTime: true);
        await host.ScheduleAsync("receiver", id: "receiver-1");
        await host.RunAsync("sender");
        await host.AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal("there", await host.OutputAsync<string>("receiver-1"));
    }

    [Fact]
    public async Task Suspend_WhileEventsAndTimersArrive_TheyWaitForResume()
    {
        await using var host = await new TaskHost()
            .Orchestrator("two", async context =>
            {
                var timer = context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                var got = await context.WaitForExternalEvent<string>("e");
                await timer;
                return got;
            })
            .StartAsync(holdTime: true);
        var id = await host.ScheduleAsync("two");
        await host.WhenIdleAsync();
        await host.SuspendAsync(id);
        await host.RaiseAsync(id, "e", "kept");
        await host.AdvanceAsync(TimeSpan.FromHours(2));

        Assert.Equal(OrchestrationStatus.Suspended, await host.StatusAsync(id));
        await host.ResumeAsync(id);
        Assert.Equal("kept", await host.OutputAsync<string>(id));
    }

    [Fact]
    public async Task RaiseEvents_ManyAtOnceForOneInstance_EachIsProcessedOnce()
    {
        await using var host = await new TaskHost()
            .Orchestrator("sums", async context =>
            {
                var sum = 0;
                for (var n = 0; n < 200; n++)
                {
                    sum += await context.WaitForExternalEvent<int>("n");
                }

                return sum;
            })
            .StartAsync();
        var id = await host.ScheduleAsync("sums");
        await Task.WhenAll(Enumerable.Range(1, 200).Select(n => host.RaiseAsync(id, "n", n)));

        Assert.Equal(20100, await host.OutputAsync<int>(id));
    }
}
