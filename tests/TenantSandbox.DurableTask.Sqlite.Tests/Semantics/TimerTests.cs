using DurableTask.Core;
using Microsoft.DurableTask;

namespace TenantSandbox.DurableTask.Sqlite.Tests.Semantics;

public sealed class TimerTests
{
    [Fact]
    public async Task CreateTimer_NinetyDays_PassAtOnceInVirtualTime()
    {
        await using var host = await new TaskHost()
            .Orchestrator("quarter", async context =>
            {
                var start = context.CurrentUtcDateTime;
                for (var day = 0; day < 90; day++)
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
        await using var host = await WaitsAsync(TimeSpan.FromHours(1));
        var id = await host.ScheduleAsync("wait");

        await host.AdvanceAsync(TimeSpan.FromMinutes(59));
        Assert.Equal(OrchestrationStatus.Running, await host.StatusAsync(id));
        Assert.Equal(TaskHost.Start.AddHours(1), host.Service.NextTimerDue);
        await host.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(OrchestrationStatus.Completed, await host.StatusAsync(id));
        Assert.Null(host.Service.NextTimerDue);
    }

    [Fact]
    public async Task CreateTimer_LongerThanASystemTimerTakes_FiresWhenItIsDue()
    {
        await using var host = await WaitsAsync(TimeSpan.FromDays(200));
        var id = await host.ScheduleAsync("wait");

        await host.AdvanceAsync(TimeSpan.FromDays(199));
        Assert.Equal(OrchestrationStatus.Running, await host.StatusAsync(id));
        await host.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal(OrchestrationStatus.Completed, await host.StatusAsync(id));
    }

    [Fact]
    public async Task CreateTimer_AfterARestart_FiresWhenItIsDue()
    {
        await using var host = await WaitsAsync(TimeSpan.FromHours(2));
        var id = await host.ScheduleAsync("wait");
        await host.WhenIdleAsync();
        await host.StopAsync();
        host.Clock.Advance(TimeSpan.FromHours(1));
        await host.StartAsync(holdTime: true);

        Assert.Equal(OrchestrationStatus.Running, await host.StatusAsync(id));
        await host.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(OrchestrationStatus.Completed, await host.StatusAsync(id));
    }

    [Fact]
    public async Task CreateTimer_DueWhileTheServiceWasDown_FiresAtTheStart()
    {
        await using var host = await WaitsAsync(TimeSpan.FromHours(2));
        var id = await host.ScheduleAsync("wait");
        await host.WhenIdleAsync();
        await host.StopAsync();
        host.Clock.Advance(TimeSpan.FromHours(3));
        await host.StartAsync(holdTime: true);

        await host.AdvanceAsync(TimeSpan.Zero);
        Assert.Equal(OrchestrationStatus.Completed, (await host.CompletionAsync(id)).OrchestrationStatus);
    }

    [Fact]
    public async Task CancelTimer_AfterTheRace_LetsTheOrchestrationCompleteAtOnce()
    {
        await using var host = await new TaskHost()
            .Activity<int, int>("work", n => n)
            .Orchestrator("race", async context =>
            {
                using var stop = new CancellationTokenSource();
                var timer = context.CreateTimer(TimeSpan.FromDays(300), stop.Token);
                var work = context.CallActivityAsync<int>("work", 5);
                var winner = await Task.WhenAny(timer, work);
                stop.Cancel();
                return winner == work;
            })
            .StartAsync(holdTime: true);

        Assert.True(await host.ResultAsync<bool>("race"));
        Assert.Null(host.Service.NextTimerDue);
    }

    [Fact]
    public async Task LosingTimer_NotCancelled_HoldsTheOrchestrationBackUntilItFires()
    {
        await using var host = await new TaskHost()
            .Activity<int, int>("work", n => n)
            .Orchestrator("race", async context =>
            {
                var timer = context.CreateTimer(TimeSpan.FromHours(2), CancellationToken.None);
                var work = context.CallActivityAsync<int>("work", 5);
                return await Task.WhenAny(timer, work) == work;
            })
            .StartAsync(holdTime: true);
        var id = await host.ScheduleAsync("race");

        await host.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(OrchestrationStatus.Running, await host.StatusAsync(id));
        await host.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.True(await host.OutputAsync<bool>(id));
    }

    [Fact]
    public async Task WaitForExternalEvent_TimesOut_ThrowsTaskCanceled()
    {
        await using var host = await new TaskHost()
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
    public async Task Terminate_WhileATimerIsSet_RemovesTheTimer()
    {
        await using var host = await WaitsAsync(TimeSpan.FromDays(1));
        var id = await host.ScheduleAsync("wait");
        await host.WhenIdleAsync();
        Assert.NotNull(host.Service.NextTimerDue);

        await host.Service.ForceTerminateTaskOrchestrationAsync(id, "stop");

        Assert.Equal(OrchestrationStatus.Terminated, (await host.CompletionAsync(id)).OrchestrationStatus);
        Assert.Null(host.Service.NextTimerDue);
    }

    [Fact]
    public async Task ContinueAsNew_WhileACancelledTimerIsSet_RemovesTheTimer()
    {
        await using var host = await new TaskHost()
            .Orchestrator<int, int>("renews", async (context, run) =>
            {
                using var stop = new CancellationTokenSource();
                var timer = context.CreateTimer(TimeSpan.FromDays(2), stop.Token);
                await Task.WhenAny(timer, context.WaitForExternalEvent<int>("go"));
                stop.Cancel();
                if (run == 0)
                {
                    context.ContinueAsNew(1);
                }

                return run;
            })
            .StartAsync(holdTime: true);
        var id = await host.ScheduleAsync("renews", 0);
        await host.AdvanceAsync(TimeSpan.FromDays(1));
        await host.RaiseAsync(id, "go", 1);
        await host.WhenIdleAsync();

        Assert.Equal(TaskHost.Start.AddDays(3), host.Service.NextTimerDue);
    }

    [Fact]
    public async Task Start_ScheduledForLater_WaitsAndKeepsEarlierEvents()
    {
        await using var host = await new TaskHost()
            .Orchestrator("later", context => context.WaitForExternalEvent<string>("early"))
            .StartAsync(holdTime: true);
        var id = await host.ScheduleAsync("later", settings: new() { StartAt = TaskHost.Start.AddDays(2) });
        await host.RaiseAsync(id, "early", "bird");

        await host.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal(OrchestrationStatus.Pending, await host.StatusAsync(id));
        await host.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal("bird", await host.OutputAsync<string>(id));
    }

    [Fact]
    public async Task Terminate_ScheduledForLater_EndsAtOnceAndNeverStarts()
    {
        var runs = 0;
        await using var host = await new TaskHost()
            .Orchestrator("later", _ => Task.FromResult(Interlocked.Increment(ref runs)))
            .StartAsync(holdTime: true);
        var id = await host.ScheduleAsync("later", settings: new() { StartAt = TaskHost.Start.AddDays(2) });
        await host.Service.ForceTerminateTaskOrchestrationAsync(id, "not needed");

        var done = await host.CompletionAsync(id);
        await host.AdvanceAsync(TimeSpan.FromDays(3));

        Assert.Equal((OrchestrationStatus.Terminated, "not needed", 0), (done.OrchestrationStatus, done.Output, runs));
    }

    [Fact]
    public async Task Timers_DueAtTheSameTime_AllFireInOrder()
    {
        await using var host = await new TaskHost()
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

    private static Task<TaskHost> WaitsAsync(TimeSpan time) => new TaskHost()
        .Orchestrator("wait", async context =>
        {
            await context.CreateTimer(time, CancellationToken.None);
            return true;
        })
        .StartAsync(holdTime: true);
}
