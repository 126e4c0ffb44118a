using TenantSandbox.DurableTask.Sqlite.Store;

namespace TenantSandbox.DurableTask.Sqlite.Dispatch;

/// <summary>Makes delayed messages visible when they are due by the provider's clock, and never before.</summary>
internal sealed class DueTimer : IDisposable
{
    // System timers take 49 days at most. After an earlier wake-up nothing is due, and the timer is set again.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly CommitLoop _commits;
    private readonly IdleTracker _idle;
    private readonly ITimer _timer;
    private DateTime? _due;
    private bool _isDisposed;

    public DueTimer(TimeProvider time, CommitLoop commits, IdleTracker idle)
    {
        _time = time;
        _commits = commits;
        _idle = idle;
        _timer = time.CreateTimer(static timer => ((DueTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>When the next delayed message becomes visible.</summary>
    public DateTime? Due
    {
        get
        {
            lock (_lock)
            {
                return _due;
            }
        }
    }

    public void Arm(DateTime? due)
    {
        lock (_lock)
        {
            _due = due;
            if (_isDisposed)
            {
                return;
            }

            // Rounded up, because system timers count in milliseconds.
            var wait = due is { } time
                ? TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, (time - _time.GetUtcNow().UtcDateTime).TotalMilliseconds)))
                : Timeout.InfiniteTimeSpan;
            _timer.Change(wait < Longest ? wait : Longest, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _timer.Dispose();
        }
    }

    private void Fire()
    {
        _idle.Enter();
        _ = ReleaseAsync();
    }

    private async Task ReleaseAsync()
    {
        try
        {
            await _commits.SubmitAsync(writer =>
            {
                writer.ReleaseDue();
                return true;
            });
        }
        catch (OrchestrationStoreException)
        {
            // The service has stopped, which is logged where it happened. The next start releases what is due.
        }
        finally
        {
            _idle.Leave();
        }
    }
}
