using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Engine.Tests.Semantics;

public sealed class TimerTests
{
    [Fact]
    public async Task CreateTimer_NinetyDays_PassAtOnceInVirtualTime()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator("quarter", async context =>
            {
                DateTime start = context.CurrentUtcDateTime;
                for (int day = 0; day < 90; day++)
                {
                    await context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
                }

                return (context.CurrentUtcDateTime - start).TotalDays;
            })
            .StartAsync();

        Assert.Equal(90, await host.ResultAsync<double>("quarter"));
        Assert.Equal(TaskHost.Start.AddDays(90), host.Clock.GetUtcNow());
    }

    [Fact]
    public async Task CreateTimer_BeforeItIsDue_DoesNotFire()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator("wait", async context =>
            {
                await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                return true;
            })
            .StartAsync(holdTime: true);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("wait");

        await host.AdvanceAsync(TimeSpan.FromMinutes(59));
        Assert.True((await host.Client.GetInstanceAsync(id))!.IsRunning);
        Assert.Equal(TaskHost.Start.AddHours(1), host.Engine.NextTimerDue);
        await host.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.True((await host.Client.GetInstanceAsync(id))!.IsCompleted);
        Assert.Null(host.Engine.NextTimerDue);
    }

    [Fact]
    public async Task CreateTimer_OneAfterTheOther_EachFiresAtItsOwnTime()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator("hourly", async context =>
            {
                for (int hour = 0; hour < 3; hour++)
                {
                    await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                }

                return context.CurrentUtcDateTime;
            })
            .StartAsync(holdTime: true);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("hourly");

        await host.AdvanceAsync(TimeSpan.FromHours(10));

        Assert.Equal(TaskHost.Start.UtcDateTime.AddHours(3), (await host.Client.GetInstanceAsync(id, true))!.ReadOutputAs<DateTime>());
    }

    [Fact]
    public async Task CancelTimer_AfterTheRace_LetsTheOrchestrationCompleteAtOnce()
    {
        await using TaskHost host = await new TaskHost()
            .Activity<int, int>("work", n => n)
            .Orchestrator("race", async context =>
            {
                using CancellationTokenSource stop = new();
                Task timer = context.CreateTimer(TimeSpan.FromDays(300), stop.Token);
                Task<int> work = context.CallActivityAsync<int>("work", 5);
                Task winner = await Task.WhenAny(timer, work);
                stop.Cancel();
                return winner == work && timer.IsCanceled;
            })
            .StartAsync();

        Assert.True(await host.ResultAsync<bool>("race"));
        Assert.Equal(TaskHost.Start, host.Clock.GetUtcNow());
        Assert.Null(host.Engine.NextTimerDue);
    }

    [Fact]
    public async Task LosingTimer_NotCancelled_HoldsTheOrchestrationBackUntilItFires()
    {
        await using TaskHost host = await new TaskHost()
            .Activity<int, int>("work", n => n)
            .Orchestrator("race", async context =>
            {
                Task timer = context.CreateTimer(TimeSpan.FromHours(2), CancellationToken.None);
                Task<int> work = context.CallActivityAsync<int>("work", 5);
                return await Task.WhenAny(timer, work) == work;
            })
            .StartAsync(holdTime: true);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("race");

        await host.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.True((await host.Client.GetInstanceAsync(id))!.IsRunning);
        await host.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.True((await host.Client.GetInstanceAsync(id, true))!.ReadOutputAs<bool>());
    }

    [Fact]
    public async Task WaitForExternalEvent_TimesOut_ThrowsTaskCanceled()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator("wait", async context =>
            {
                try
                {
                    return await context.WaitForExternalEvent<string>("never", TimeSpan.FromHours(3));
                }
                catch (TaskCanceledException)
                {
                    return "timed out";
                }
            })
            .StartAsync();

        Assert.Equal("timed out", await host.ResultAsync<string>("wait"));
        Assert.Equal(TaskHost.Start.AddHours(3), host.Clock.GetUtcNow());
    }

    [Fact]
    public async Task WaitForExternalEvent_EventComesInTime_CancelsItsTimer()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator("wait", context => context.WaitForExternalEvent<string>("go", TimeSpan.FromDays(3)))
            .StartAsync(holdTime: true);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync("wait");
        await host.WhenIdleAsync();
        await host.Client.RaiseEventAsync(id, "GO", "now");

        Assert.Equal("now", (await host.CompletionAsync(id)).ReadOutputAs<string>());
        Assert.Null(host.Engine.NextTimerDue);
    }

    [Fact]
    public async Task Start_WithStartAt_WaitsAndKeepsWhatComesEarlier()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator("later", context => context.WaitForExternalEvent<string>("early"))
            .StartAsync(holdTime: true);
        string id = await host.Client.ScheduleNewOrchestrationInstanceAsync(
            "later", new StartOrchestrationOptions("later-1", TaskHost.Start.AddDays(2)));
        await host.Client.RaiseEventAsync(id, "early", "bird");

        await host.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await host.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await host.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal("bird", (await host.Client.GetInstanceAsync(id, true))!.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Timers_DueAtTheSameTime_AllFireInOneStepInOrder()
    {
        await using TaskHost host = await new TaskHost()
            .Orchestrator("many", async context =>
            {
                List<int> fired = [];
                await Task.WhenAll(Enumerable.Range(0, 20).Select(async n =>
                {
                    await context.CreateTimer(TaskHost.Start.UtcDateTime.AddHours(1), CancellationToken.None);
                    fired.Add(n);
                }).ToArray());
                return fired;
            })
            .StartAsync();

        Assert.Equal(Enumerable.Range(0, 20), await host.ResultAsync<List<int>>("many"));
    }
}
