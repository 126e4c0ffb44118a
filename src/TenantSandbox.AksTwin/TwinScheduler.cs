using System.Collections.Concurrent;

namespace TenantSandbox.AksTwin;

/// <summary>
/// Runs things later on the twin's clock. Nothing due is lost to the garbage collector, and a failing action is told, not fatal.
/// </summary>
internal sealed class TwinScheduler(TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<object, ITimer> _pending = new();
    private volatile bool _disposed;

    /// <summary>
    /// Runs <paramref name="action"/> after <paramref name="delay"/>, on another thread and never inside this call (zero: at once).
    /// </summary>
    public void After(TimeSpan delay, Action action)
    {
        // What is due at once doesn't wait until a fake clock moves.
        var (clock, due) = delay > TimeSpan.Zero ? (time, delay) : (TimeProvider.System, TimeSpan.Zero);
        var key = new object();
        // Made dormant and started once it is registered: a fake clock may fire within these calls.
        var timer = _pending[key] = clock.CreateTimer(_ => Fire(key, action), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _disposed = true;
        foreach (var key in _pending.Keys)
            Fire(key, () => { });
    }

    private void Fire(object key, Action action)
    {
        if (!_pending.TryRemove(key, out var timer))
            return;
        timer.Dispose();
        try
        {
            if (!_disposed)
                action();
        }
        catch (Exception e)
        {
            // A timer's callback is the end of the line: whatever it throws would end the process.
            Console.Error.WriteLine($"A scheduled action of the twin failed; the twin goes on without it. {e}");
        }
    }
}
