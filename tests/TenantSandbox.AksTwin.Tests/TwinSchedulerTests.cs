using Microsoft.Extensions.Time.Testing;

namespace TenantSandbox.AksTwin.Tests;

public sealed class TwinSchedulerTests
{
    private static readonly TimeSpan OneMillisecond = TimeSpan.FromMilliseconds(1);
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));

    [Fact]
    public void RunAfter_TimerFiresEarly_WaitsForTheDueTime()
    {
        using var scheduler = new TwinScheduler(new EarlyTimerProvider(_clock));
        DateTimeOffset? ran = null;
        var due = _clock.GetUtcNow().AddMilliseconds(100);

        scheduler.RunAfter(TimeSpan.FromMilliseconds(100), () => ran = _clock.GetUtcNow());
        _clock.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Null(ran);
        _clock.Advance(OneMillisecond);

        Assert.Equal(due, ran);
    }

    [Fact]
    public void RunAfter_LongerThanATimerAllows_RunsWhenDue()
    {
        using var scheduler = new TwinScheduler(_clock);
        var (runs, delay) = (0, TimeSpan.FromSeconds(int.MaxValue));

        scheduler.RunAfter(delay, () => runs++);
        _clock.Advance(delay - OneMillisecond);
        Assert.Equal(0, runs);
        _clock.Advance(OneMillisecond);

        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Pool_TimersFireEarly_NodesJoinWithoutFurtherCalls()
    {
        var timing = TimingProfile.Instant with { NodeBoot = TimeSpan.FromMilliseconds(100) };
        await using var twin = await ArmTestHost.StartAsync(new TwinOptions { Timing = timing, TimeProvider = new EarlyTimerProvider(_clock) });
        using var http = new HttpClient(twin.Host.CreateHandler());
        using var body = new StringContent("""{"properties":{"count":2}}""", null, "application/json");
        using var put = await twin.Http.PutAsync(new Uri(ArmTestHost.PoolUrl("late"), UriKind.Relative), body);
        Assert.Equal(201, (int)put.StatusCode);

        _clock.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Empty(twin.NodesOf("late"));
        _clock.Advance(OneMillisecond);

        Assert.Equal(2, twin.NodesOf("late").Count);
    }

    /// <summary>A clock whose timers first fire a millisecond early, as those of the system clock may.</summary>
    private sealed class EarlyTimerProvider(FakeTimeProvider clock) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer(clock.CreateTimer(callback, state, dueTime, period));

        private sealed class Timer(ITimer inner) : ITimer
        {
            private TimeSpan _early = OneMillisecond;

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                var early = dueTime < _early ? TimeSpan.Zero : _early;
                _early = TimeSpan.Zero;
                return inner.Change(dueTime - early, period);
            }

            public void Dispose() => inner.Dispose();

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
