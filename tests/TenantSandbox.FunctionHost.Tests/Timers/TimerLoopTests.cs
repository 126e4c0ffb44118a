using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.Hosting.Timers;

namespace TenantSandbox.Hosting.Tests.Timers;

public sealed class TimerLoopTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 2, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("timers-");
    private readonly FakeTimeProvider _clock = new(Start);
    private readonly FakeInvoker _invoker = new();
    private readonly RecordedLog _log = new();

    [Fact]
    public async Task Timer_AtItsTimes_RunsOnceEach()
    {
        await using var loop = Run();

        var first = await NextAsync();
        var second = await NextAsync();

        Assert.Equal("""{"Schedule":{"AdjustForDST":true},"ScheduleStatus":{"Last":"0001-01-01T00:00:00+00:00","Next":"2026-01-01T00:05:00+00:00","LastUpdated":"2026-01-01T00:02:00+00:00"},"IsPastDue":false}""", first);
        Assert.Equal("""{"Schedule":{"AdjustForDST":true},"ScheduleStatus":{"Last":"2026-01-01T00:05:00+00:00","Next":"2026-01-01T00:10:00+00:00","LastUpdated":"2026-01-01T00:05:00+00:00"},"IsPastDue":false}""", second);
    }

    [Fact]
    public async Task Timer_BeforeItsTime_DoesntRun()
    {
        await using var loop = Run();
        await WhenScheduledAsync();

        _clock.Advance(TimeSpan.FromMinutes(3) - TimeSpan.FromTicks(1));

        Assert.Equal(0, _invoker.Count);
    }

    [Fact]
    public async Task Timer_ThatFailed_RunsAgainAtItsNextTimeOnly()
    {
        _invoker.Run = (_, _) => throw new InvalidOperationException("no");
        await using var loop = Run();

        await NextAsync();
        await _clock.AdvanceUntilAsync(() => _log.Entries.TryPeek(out var entry) && entry.Level is LogLevel.Error, TimeSpan.Zero);

        Assert.Equal("2026-01-01T00:10:00+00:00", Status(await NextAsync(), "Next"));
    }

    [Fact]
    public async Task Timer_WhileItRuns_IsNotStartedAgain()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _invoker.Run = (_, _) => gate.Task;
        await using var loop = Run();
        await NextAsync();

        // The occurrences of 00:10 and 00:15 pass while the one of 00:05 runs.
        _clock.Advance(TimeSpan.FromMinutes(12));
        Assert.Equal(0, _invoker.Count);
        _invoker.Run = (_, _) => Task.CompletedTask;
        gate.SetResult();

        // One run makes up for both; it isn't past due, as on the real host.
        await WhenScheduledAsync();
        var madeUp = await _invoker.NextAsync();
        Assert.False(IsPastDue(madeUp.Value.Json));
        Assert.Equal("2026-01-01T00:10:00+00:00", Status(madeUp.Value.Json, "Next"));
        Assert.Equal("2026-01-01T00:20:00+00:00", Status(await NextAsync(), "Next"));
    }

    [Fact]
    public async Task Timer_MissedWhileTheHostWasDown_RunsAtStartAsPastDue()
    {
        await using (Run())
        {
            await NextAsync();
            await WhenScheduledAsync();
        }

        _clock.Advance(TimeSpan.FromHours(1));
        await using var loop = Run();

        var late = (await _invoker.NextAsync()).Value.Json;
        Assert.True(IsPastDue(late));
        Assert.Equal("2026-01-01T00:10:00+00:00", Status(late, "Next"));
        Assert.False(IsPastDue(await NextAsync()));
    }

    [Fact]
    public async Task Timer_CancelledByTheHostsStop_RunsAtStartAsPastDue()
    {
        _invoker.Run = (_, cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        await using (Run())
        {
            await NextAsync();
        }

        _invoker.Run = (_, _) => Task.CompletedTask;
        _clock.Advance(TimeSpan.FromSeconds(1));
        await using var loop = Run();

        Assert.True(IsPastDue((await _invoker.NextAsync()).Value.Json));
    }

    [Fact]
    public async Task Timer_WithoutMonitor_KnowsNoMissedTimesAndHasNoStatus()
    {
        await using (Run(isMonitored: false))
        {
            Assert.Equal("""{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}""", await NextAsync());
            await WhenScheduledAsync();
        }

        _clock.Advance(TimeSpan.FromHours(1));
        await using var loop = Run(isMonitored: false);
        await WhenScheduledAsync();

        Assert.Equal(0, _invoker.Count);
    }

    [Fact]
    public async Task Timer_WithRunOnStartup_RunsAtOnceAndThenBySchedule()
    {
        await using var loop = Run(runOnStartup: true);

        Assert.False(IsPastDue((await _invoker.NextAsync()).Value.Json));
        Assert.Equal("2026-01-01T00:05:00+00:00", Status(await NextAsync(), "Next"));
    }

    [Fact]
    public async Task Timer_WithAChangedSchedule_IsNotPastDue()
    {
        await using (Run())
        {
            await WhenScheduledAsync();
        }

        _clock.Advance(TimeSpan.FromHours(1));
        await using var loop = Run("0 30 * * * *");

        Assert.Equal(new DateTimeOffset(2026, 1, 1, 1, 30, 0, TimeSpan.Zero), await WhenScheduledAsync());
        Assert.Equal(0, _invoker.Count);
    }

    [Fact]
    public async Task Timer_WithAnUnreadableStatus_StartsAnew()
    {
        var path = Path.Combine(_state.FullName, "timers", "EveryFiveMinutes.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "{");

        await using var loop = Run();

        await _clock.AdvanceUntilAsync(() => _log.Entries.TryPeek(out var entry) && entry.Level is LogLevel.Warning && entry.Message.Contains(path), TimeSpan.Zero);
        Assert.Equal("2026-01-01T00:05:00+00:00", Status(await NextAsync(), "Next"));
    }

    public void Dispose()
    {
        _log.Dispose();
        _state.Delete(recursive: true);
    }

    private static bool IsPastDue(string timerInfo) => JsonElement.Parse(timerInfo).GetProperty("IsPastDue").GetBoolean();

    private static string? Status(string timerInfo, string property) =>
        JsonElement.Parse(timerInfo).GetProperty("ScheduleStatus").GetProperty(property).GetString();

    /// <summary>Waits until the timer waits for its next occurrence, advances the clock to it and returns what the function got.</summary>
    private async Task<string> NextAsync()
    {
        _clock.SetUtcNow(await WhenScheduledAsync());
        return (await _invoker.NextAsync()).Value.Json;
    }

    /// <summary>Waits until the timer logs its next occurrence; every occurrence is returned once.</summary>
    private async Task<DateTimeOffset> WhenScheduledAsync()
    {
        const string text = "runs next at ";
        string? scheduled = null;
        await _clock.AdvanceUntilAsync(
            () => _log.Entries.TryDequeue(out var entry) && (scheduled = entry.Message).Contains(text), TimeSpan.Zero);
        return DateTimeOffset.Parse(scheduled!.Split(text)[1], CultureInfo.InvariantCulture);
    }

    private RunningLoop Run(string schedule = "0 */5 * * * *", bool isMonitored = true, bool runOnStartup = false) => new(new TimerLoop(
        TestFunctions.Create("EveryFiveMinutes", $$"""{"type":"timerTrigger","schedule":"{{schedule}}"}"""),
        TimerSchedule.Parse(schedule),
        isMonitored ? new TimerStatusFile(_state.FullName, "EveryFiveMinutes", _log.CreateLogger(nameof(TimerLoop))) : null,
        runOnStartup,
        _invoker,
        _clock,
        _log.CreateLogger(nameof(TimerLoop))));

    private sealed class RunningLoop : IAsyncDisposable
    {
        private readonly TriggerLoops _loops = new();

        public RunningLoop(TimerLoop loop) => _loops.Start([loop.RunAsync]);

        public async ValueTask DisposeAsync()
        {
            await _loops.StopAsync(CancellationToken.None);
            _loops.Dispose();
        }
    }
}
