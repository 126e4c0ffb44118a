using System.Diagnostics;

namespace TenantSandbox.Local.Engine;

/// <summary>
/// Virtual time: it stands still until it is told to go on, or, while <see cref="SkipWhenIdle"/> holds, jumps to the next due timer
/// whenever the engine has nothing to do. All timers and delays made through it fire in the order of their due times.
/// </summary>
public sealed class SkippingClock(DateTimeOffset start) : TimeProvider
{
    // A busy engine counts as waiting for a timer of this clock when, for this long in real time, nothing happens and the process
    // hardly computes. A machine that is itself too busy to tell gets up to so many tries.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(15);
    private const int MostTries = 60;

    private readonly Lock _lock = new();
    private readonly PriorityQueue<VirtualTimer, (long Due, long Order)> _timers = new();
    private long _ticks = start.UtcTicks;
    private long _order;
    private long _changes;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>When the next timer fires; null if none is set.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (_lock)
            {
                return Next() is { } timer ? new DateTimeOffset(timer.Due, TimeSpan.Zero) : null;
            }
        }
    }

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        VirtualTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass: every timer that comes due fires on the way, at its own time.</summary>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        long end = Interlocked.Read(ref _ticks) + time.Ticks;
        while (FireNext(end))
        {
        }

        Interlocked.Exchange(ref _ticks, Math.Max(end, Interlocked.Read(ref _ticks)));
    }

    /// <summary>Lets time pass, and the engine finish what each timer sets off before the next one fires.</summary>
    public async Task AdvanceAsync(DurableEngine engine, TimeSpan time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(engine);
        await engine.WhenIdleAsync(cancellation).ConfigureAwait(false);
        long end = Interlocked.Read(ref _ticks) + time.Ticks;
        while (FireNext(end))
        {
            await engine.WhenIdleAsync(cancellation).ConfigureAwait(false);
        }

        Interlocked.Exchange(ref _ticks, Math.Max(end, Interlocked.Read(ref _ticks)));
    }

    /// <summary>
    /// Until the result is disposed of, time jumps to the next timer as soon as the engine is idle; and also when it isn't, but others than
    /// the engine have set timers and nothing happens for a moment, because then an activity waits for one of those. Time doesn't pass the
    /// given end.
    /// </summary>
    public IAsyncDisposable SkipWhenIdle(DurableEngine engine, DateTimeOffset? until = null)
        => new Skipping(this, engine, (until ?? DateTimeOffset.MaxValue).UtcTicks);

    private bool FireNext(long end)
    {
        VirtualTimer? timer;
        lock (_lock)
        {
            timer = Next();
            if (timer is null || timer.Due > end)
            {
                return false;
            }

            _timers.Dequeue();
            Interlocked.Exchange(ref _ticks, Math.Max(_ticks, timer.Due));
            timer.Rearm();
            _changes++;
        }

        timer.Fire();
        return true;
    }

    private long Happenings(DurableEngine engine) => Interlocked.Read(ref _changes) + engine.Commits;

    private bool OthersWait()
    {
        lock (_lock)
        {
            return _timers.UnorderedItems.Any(item => item.Element.Order == item.Priority.Order && !item.Element.IsEngines);
        }
    }

    // Timers that were changed or disposed of stay in the queue until they come up.
    private VirtualTimer? Next()
    {
        while (_timers.TryPeek(out VirtualTimer? timer, out (long Due, long Order) key))
        {
            if (timer.Order == key.Order)
            {
                return timer;
            }

            _timers.Dequeue();
        }

        return null;
    }

    private sealed class VirtualTimer(SkippingClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;
        private volatile bool _disposed;

        public long Due { get; private set; }

        /// <summary>Its place among timers of the same due time, and -1 while it isn't set.</summary>
        public long Order { get; private set; } = -1;

        public bool IsEngines => state is DueTimer;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                if (_disposed)
                {
                    return false;
                }

                _period = period;
                Set(dueTime);
                clock._changes++;
            }

            return true;
        }

        public void Rearm() => Set(_period > TimeSpan.Zero ? _period : Timeout.InfiniteTimeSpan);

        public void Fire() => callback(state);

        public void Dispose()
        {
            Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _disposed = true;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(TimeSpan delay)
        {
            Order = -1;
            if (delay >= TimeSpan.Zero)
            {
                Order = clock._order++;
                Due = clock._ticks + delay.Ticks;
                clock._timers.Enqueue(this, (Due, Order));
            }
        }
    }

    private sealed class Skipping : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _loop;

        public Skipping(SkippingClock clock, DurableEngine engine, long end) => _loop = Task.Run(() => RunAsync(clock, engine, end));

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await _loop.ConfigureAwait(false);
            _stop.Dispose();
        }

        private async Task RunAsync(SkippingClock clock, DurableEngine engine, long end)
        {
            int tries = 0;
            while (!_stop.IsCancellationRequested)
            {
                long before = clock.Happenings(engine);
                long start = Stopwatch.GetTimestamp();
                TimeSpan computed = Environment.CpuUsage.TotalTime;
                await Task.WhenAny(engine.WhenIdleAsync(_stop.Token), Task.Delay(Quiet, System, _stop.Token)).ConfigureAwait(false);
                if (_stop.IsCancellationRequested)
                {
                    return;
                }

                if (!engine.IsIdle)
                {
                    bool nothingHappened = before == clock.Happenings(engine) && clock.OthersWait();
                    bool canTell = Stopwatch.GetElapsedTime(start) < 2 * Quiet && Environment.CpuUsage.TotalTime - computed < Quiet / 4;
                    tries = nothingHappened ? tries + 1 : 0;
                    if (!nothingHappened || !(canTell || tries >= MostTries))
                    {
                        continue;
                    }
                }

                tries = 0;
                // The engine is busy at once with a timer of its own. After another's, what waited for it needs a moment to go on;
                // and where there is none to skip to, somebody has to set one.
                if (!clock.FireNext(end) || engine.IsIdle)
                {
                    await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(1), System, _stop.Token)).ConfigureAwait(false);
                }
            }
        }
    }
}
