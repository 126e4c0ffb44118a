using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.AksTwin;

/// <summary>
/// Runs things later on the twin's clock. Nothing due is lost to the garbage collector, and a failing action is logged, not fatal.
/// </summary>
internal sealed partial class TwinScheduler(TimeProvider time, ILogger<TwinScheduler> logger) : IDisposable
{
    private readonly ConcurrentDictionary<object, ITimer> _pending = new();
    private bool _disposed;

    /// <summary>
    /// Runs <paramref name="action"/> after <paramref name="delay"/>, on another thread and never inside this call (zero: at once).
    /// </summary>
    public void After(TimeSpan delay, Action action)
    {
        if (_disposed)
            return;
        if (delay <= TimeSpan.Zero)
        {
            ThreadPool.QueueUserWorkItem(_ => Run(action));
            return;
        }

        var key = new object();
        // Made dormant and started once it is registered: a fake clock may fire inside CreateTimer.
        var timer = time.CreateTimer(
            _ =>
            {
                if (_pending.TryRemove(key, out var self))
                {
                    self.Dispose();
                    Run(action);
                }
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _pending[key] = timer;
        timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _disposed = true;
        foreach (var key in _pending.Keys)
        {
            if (_pending.TryRemove(key, out var timer))
                timer.Dispose();
        }
    }

    private void Run(Action action)
    {
        if (_disposed)
            return;
        try
        {
            action();
        }
#pragma warning disable CA1031 // A timer's callback is the end of the line: whatever it throws would end the process.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A scheduled action of the twin failed; the twin goes on without it")]
    private partial void LogFailed(Exception exception);
}
