using System.Collections.Concurrent;

namespace TenantSandbox.AksTwin;

/// <summary>
/// Runs things later on the twin's clock. Nothing due is lost to the garbage collector, and a failing action is told, not fatal.
/// </summary>
internal sealed class TwinScheduler(TimeProvider time) : IDisposable
{
    /// <summary>Timers take no more than 49 days.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<object, ITimer> _pending = new();
    private volatile bool _disposed;

    /// <summary>
    /// Runs <paramref name="action"/> on another thread and never inside this call, once <paramref name="delay"/> has passed on the
    /// twin's clock and not a moment earlier (zero: at once).
    /// </summary>
    public void After(TimeSpan delay, Action action)
    {
        var (key, due) = (new object(), time.GetUtcNow() + delay);
        // What is due at once doesn't wait until a fake clock moves.
        var clock = delay > TimeSpan.Zero ? time : TimeProvider.System;
        // Made dormant and started once it is registered: a fake clock may fire within these calls.
        var timer = clock.CreateTimer(_ => Fire(key, due, action), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _pending[key] = timer;
        Wait(timer, delay);
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
        // Timers cut fractions of a millisecond off, so they fire a moment early; who acts on time then would see that nothing is due yet.
        if (due - time.GetUtcNow() is var left && left > TimeSpan.Zero && _pending.TryGetValue(key, out var early))
        {
            Wait(early, left);
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
            // A timer's callback is the end of the line: whatever it throws would end the process.
            Console.Error.WriteLine($"A scheduled action of the twin failed; the twin goes on without it. {e}");
        }
    }

    private static void Wait(ITimer timer, TimeSpan left)
    {
        var wait = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, left.TotalMilliseconds)));
        timer.Change(wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
    }
}
