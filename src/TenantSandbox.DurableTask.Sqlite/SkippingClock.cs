using System.Diagnostics;
using TenantSandbox.DurableTask.Sqlite.Dispatch;

namespace TenantSandbox.DurableTask.Sqlite;

/// <summary>
/// Virtual time. It stands still until it is advanced or, while <see cref="SkipWhenIdle"/> is in effect, jumps to the next timer whenever the
/// orchestration service is idle. All timers and delays that use it fire in the order of their due times.
/// </summary>
public sealed class SkippingClock(DateTimeOffset start) : TimeProvider
{
    // A service that isn't idle counts as waiting for a timer of this clock if nothing happens for this long in real time while the process
    // hardly computes. On a machine that is too busy to tell, time jumps after so many tries.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(15);
    private const int MaxTries = 60;

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
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Advances time. Every timer that becomes due fires at its own time.</summary>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        var end = Interlocked.Read(ref _ticks) + time.Ticks;
        while (FireNext(end))
        {
        }

        Interlocked.Exchange(ref _ticks, Math.Max(end, Interlocked.Read(ref _ticks)));
    }

    /// <summary>Advances time, and lets the service finish what each timer causes before the next one fires.</summary>
    public async Task AdvanceAsync(SqliteOrchestrationService service, TimeSpan time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        await service.WhenIdleAsync(cancellationToken);
        var end = Interlocked.Read(ref _ticks) + time.Ticks;
        while (FireNext(end))
        {
            await service.WhenIdleAsync(cancellationToken);
        }

        Interlocked.Exchange(ref _ticks, Math.Max(end, Interlocked.Read(ref _ticks)));
    }

    /// <summary>
    /// Until the result is disposed, time jumps to the next timer as soon as the service is idle. It also jumps if the service isn't idle but
    /// others have set timers and nothing happens for a moment, because then an activity waits for one of these.
    /// </summary>
    /// <param name="until">Time doesn't pass this.</param>
    public IAsyncDisposable SkipWhenIdle(SqliteOrchestrationService service, DateTimeOffset? until = null)
        => new Skipping(this, service, (until ?? DateTimeOffset.MaxValue).UtcTicks);

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

    private long Changes(SqliteOrchestrationService service) => Interlocked.Read(ref _changes) + service.Commits;

    private bool HasTimersOfOthers()
    {
        lock (_lock)
        {
            return _timers.UnorderedItems.Any(item => item.Element.Order == item.Priority.Order && !item.Element.IsOfService);
        }
    }

    // Timers that were changed or disposed stay in the queue until it is their turn.
    private VirtualTimer? Next()
    {
        while (_timers.TryPeek(out var timer, out var key))
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
        private volatile bool _isDisposed;

        public long Due { get; private set; }

        /// <summary>Orders timers of the same due time. -1 while the timer isn't set.</summary>
        public long Order { get; private set; } = -1;

        public bool IsOfService => state is DueTimer;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                if (_isDisposed)
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
            _isDisposed = true;
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

        public Skipping(SkippingClock clock, SqliteOrchestrationService service, long end) => _loop = Task.Run(() => RunAsync(clock, service, end));

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _loop;
            _stop.Dispose();
        }

        private async Task RunAsync(SkippingClock clock, SqliteOrchestrationService service, long end)
        {
            var tries = 0;
            while (!_stop.IsCancellationRequested)
            {
                var before = clock.Changes(service);
                var start = Stopwatch.GetTimestamp();
                var computed = Environment.CpuUsage.TotalTime;
                await Task.WhenAny(service.WhenIdleAsync(_stop.Token), Task.Delay(Quiet, System, _stop.Token));
                if (_stop.IsCancellationRequested)
                {
                    return;
                }

                if (!service.IsIdle)
                {
                    var isWaiting = before == clock.Changes(service) && clock.HasTimersOfOthers();
                    var canTell = Stopwatch.GetElapsedTime(start) < 2 * Quiet && Environment.CpuUsage.TotalTime - computed < Quiet / 4;
                    tries = isWaiting ? tries + 1 : 0;
                    if (!isWaiting || !(canTell || tries >= MaxTries))
                    {
                        continue;
                    }
                }

                tries = 0;

                // The service is busy at once with a timer of its own. After another's, whoever waits for it needs a moment to continue;
                // and where there is no timer, somebody has to set one.
                if (!clock.FireNext(end) || service.IsIdle)
                {
                    await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(1), System, _stop.Token));
                }
            }
        }
    }
}
