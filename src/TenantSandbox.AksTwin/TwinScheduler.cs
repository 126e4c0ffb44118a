using System.Collections.Concurrent;

namespace TenantSandbox.AksTwin;

/// <summary>Runs delayed actions on the twin's clock. An exception of an action is written to standard error.</summary>
internal sealed class TwinScheduler(TimeProvider time) : IDisposable
{
    /// <summary>Timers are limited to 49 days; longer delays are split.</summary>
    private static readonly TimeSpan MaxTimerDelay = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<object, ITimer> _pending = new();
    private volatile bool _disposed;

    /// <summary>
    /// Runs <paramref name="action"/> on another thread, never within this call and never before <paramref name="delay"/> has passed on
    /// the twin's clock. Zero runs it immediately.
    /// </summary>
    public void RunAfter(TimeSpan delay, Action action)
    {
        var (key, due) = (new object(), time.GetUtcNow() + delay);
        // Without a delay, don't wait for a fake clock to advance.
        var clock = delay > TimeSpan.Zero ? time : TimeProvider.System;
        // Registered before it starts: a fake clock may fire the timer within Change. The dictionary also protects it from garbage
        // collection.
        var timer = clock.CreateTimer(_ => Fire(key, due, action), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _pending[key] = timer;
        Start(timer, delay);
    }

    public void Dispose()
    {
        _disposed = true;
        foreach (var key in _pending.Keys)
        {
            Fire(key, DateTimeOffset.MinValue, () => { });
        }
    }

    private void Fire(object key, DateTimeOffset due, Action action)
    {
        // Timers drop fractions of a millisecond and may fire early, when an action that compares times would find nothing due.
        if (due - time.GetUtcNow() is var remaining && remaining > TimeSpan.Zero && _pending.TryGetValue(key, out var early))
        {
            Start(early, remaining);
            return;
        }

        if (!_pending.TryRemove(key, out var timer))
        {
            return;
        }

        timer.Dispose();
        try
        {
            if (!_disposed)
            {
                action();
            }
        }
        catch (Exception e)
        {
            // An exception in a timer callback would end the process.
            Console.Error.WriteLine($"A delayed action of the twin failed and is skipped. {e}");
        }
    }

    private static void Start(ITimer timer, TimeSpan remaining)
    {
        var wait = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, remaining.TotalMilliseconds)));
        timer.Change(wait < MaxTimerDelay ? wait : MaxTimerDelay, Timeout.InfiniteTimeSpan);
    }
}
