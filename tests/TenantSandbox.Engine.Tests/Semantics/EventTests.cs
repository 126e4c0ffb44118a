using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Engine.Tests.Semantics;

public sealed class EventTests
{
    [Fact]
    public async Task RaiseEvent_SeveralWaiters_NewestGetsTheFirst()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator("two", async context =>
            {
                Task<string> older = context.WaitForExternalEvent<string>("e");
                Task<string> newer = context.WaitForExternalEvent<string>("e");
                return $"{await newer} then {await older}";
            })
            .StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("two");
        await host.WhenIdleAsync();
        await host.Client.RaiseEventAsync(id, "e", "first");
        await host.Client.RaiseEventAsync(id, "e", "second");

        Assert.Equal("first then second", (await host.CompletionAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task RaiseEvent_BeforeAnybodyWaits_IsKeptInOrder()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator("late", async context =>
            {
                await context.WaitForExternalEvent<string>("open");
                return $"{await context.WaitForExternalEvent<int>("n")}{await context.WaitForExternalEvent<int>("n")}";
            })
            .StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("late");
        await host.Client.RaiseEventAsync(id, "n", 1);
        await host.Client.RaiseEventAsync(id, "n", 2);
        await host.WhenIdleAsync();
        await host.Client.RaiseEventAsync(id, "open");

        Assert.Equal("12", (await host.CompletionAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task RaiseEvent_UnknownOrFinishedInstance_IsDropped()
    {
        await using TaskHost host = await new TaskHost().Orchestrator("done", _ => Task.FromResult(1)).StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("done");
        await host.CompletionAsync(id);

        await host.Client.RaiseEventAsync(id, "e", 1);
        await host.Client.RaiseEventAsync("nobody", "e", 1);
        await host.WhenIdleAsync();

        Assert.True((await host.Client.GetInstanceAsync(id))!.IsCompleted);
        Assert.Null(await host.Client.GetInstanceAsync("nobody"));
    }

    [Fact]
    public async Task SendEvent_ToAnotherInstance_ArrivesOnceDespiteReplays()
    {
        await using TaskHost host = await new TaskHost()
            .Activity<int, int>("noop", n => n)
            .Orchestrator("receiver", async context =>
            {
                string first = await context.WaitForExternalEvent<string>("hi");
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
        await host.Client.ScheduleNewOrchestrationInstanceAsync("receiver", new StartOrchestrationOptions("receiver-1"));
        await host.RunAsync("sender");
        await host.AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal("there", (await host.CompletionAsync("receiver-1")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Suspend_WhileEventsAndTimersCome_TheyWaitForResume()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator("two", async context =>
            {
                Task timer = context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                string got = await context.WaitForExternalEvent<string>("e");
                await timer;
                return got;
            })
            .StartAsync(holdTime: true);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("two");
        await host.WhenIdleAsync();
        await host.Client.SuspendInstanceAsync(id, "pause");
        await host.Client.RaiseEventAsync(id, "e", "kept");
        await host.AdvanceAsync(TimeSpan.FromHours(2));

        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await host.Client.ResumeInstanceAsync(id);
        Assert.Equal("kept", (await host.CompletionAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task RaiseEvent_PayloadOfAnotherShape_FailsTheWaitNotTheEngine()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator("number", context => context.WaitForExternalEvent<int>("n"))
            .StartAsync();
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("number");
        await host.Client.RaiseEventAsync(id, "n", "not a number");

        OrchestrationMetadata done = await host.CompletionAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, done.RuntimeStatus);
        Assert.True(done.FailureDetails!.IsCausedBy<System.Text.Json.JsonException>());
    }
}
