using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.Hosting.Tests.Samples;
using TenantSandbox.Local.Hosting;
using TenantSandbox.Local.Hosting.Invocation;
using TenantSandbox.Local.Hosting.Timers;

namespace TenantSandbox.Hosting.Tests;

public sealed class TimerTriggerTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 2, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("timers-");
    private readonly FakeTimeProvider _time = new(Start);
    private readonly Recorder _recorder = new();

    [Fact]
    public async Task Timer_AtItsTimes_RunsOnceEach()
    {
        await using var loop = Run();

        var first = await NextAsync();
        var second = await NextAsync();

        Assert.False(first.IsPastDue);
        Assert.Equal(default, first.ScheduleStatus!.Last);
        Assert.Equal(new DateTime(2026, 1, 1, 0, 5, 0), first.ScheduleStatus.Next);
        Assert.Equal(new DateTime(2026, 1, 1, 0, 5, 0), second.ScheduleStatus!.Last);
        Assert.True(second.ScheduleStatus.Next >= new DateTime(2026, 1, 1, 0, 10, 0));
        Assert.Equal(0, second.ScheduleStatus.Next.Minute % 5);
    }

    [Fact]
    public async Task Timer_OfARunningHost_Runs()
    {
        await using var host = await RunningHost.StartAsync();

        var timer = await host.WhenAsync(host.Recorder.NextAsync<TimerInfo>());

        Assert.Equal(0, timer.ScheduleStatus!.Next.Minute % 5);
    }

    [Fact]
    public async Task Timer_BeforeItsTime_DoesntRun()
    {
        await using var loop = Run();

        _time.Advance(TimeSpan.FromMinutes(3) - TimeSpan.FromTicks(1));

        Assert.True(_recorder.IsEmpty);
    }

    [Fact]
    public async Task Timer_ThatFailed_RunsAtItsNextTime()
    {
        _recorder.Then = (_, _) => throw new InvalidOperationException("no");
        await using var loop = Run();

        await NextAsync();

        Assert.True((await NextAsync()).ScheduleStatus!.Next > new DateTime(2026, 1, 1, 0, 5, 0));
    }

    [Fact]
    public async Task Timer_MissedWhileTheHostWasDown_RunsAtStartAsPastDue()
    {
        await using (Run())
        {
            _time.Advance(TimeSpan.FromMinutes(3));
            await _recorder.NextAsync<TimerInfo>();
        }

        _time.Advance(TimeSpan.FromHours(1));
        await using var loop = Run();

        Assert.True((await _recorder.NextAsync<TimerInfo>()).IsPastDue);
    }

    [Fact]
    public async Task Timer_WithoutMonitor_KnowsNothingOfMissedTimes()
    {
        await using (Run(nameof(TimerSamples.Unmonitored)))
        {
            _time.Advance(TimeSpan.FromMinutes(3));
            Assert.Null((await _recorder.NextAsync<TimerInfo>()).ScheduleStatus);
        }

        _time.Advance(TimeSpan.FromHours(1));
        await using var loop = Run(nameof(TimerSamples.Unmonitored));

        Assert.True(_recorder.IsEmpty);
    }

    [Fact]
    public async Task Timer_WithRunOnStartup_RunsAtOnce()
    {
        await using var loop = Run("AtStartup");

        Assert.False((await _recorder.NextAsync<TimerInfo>()).IsPastDue);
    }

    public void Dispose() => _state.Delete(recursive: true);

    private async Task<TimerInfo> NextAsync()
    {
        var next = _recorder.NextAsync<TimerInfo>();
        while (!next.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Run(() => { });
        }

        return await next;
    }

    private RunningLoop Run(string name = nameof(TimerSamples.EveryFiveMinutes))
    {
        var function = FunctionDiscovery.Find([typeof(TimerSamples), typeof(StartupSamples<int>)]).Single(function => function.Name == name);
        var trigger = (TimerTriggerAttribute)function.Trigger;
        return new RunningLoop(new TimerLoop(
            function,
            TimerSchedule.Parse("0 */5 * * * *"),
            trigger.UseMonitor ? new TimerStatusFile(_state.FullName, name) : null,
            new FunctionInvoker(new ServiceCollection().AddSingleton(_recorder).BuildServiceProvider(), new HostSettings(), _time),
            _time,
            NullLogger.Instance));
    }

    private sealed class RunningLoop : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private readonly Task _running;

        public RunningLoop(TimerLoop loop) => _running = loop.RunAsync(_stopping.Token);

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            await _running;
            _stopping.Dispose();
        }
    }
}
