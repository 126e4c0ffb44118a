namespace TenantSandbox.Local.Engine;

/// <summary>One timer for all that is delayed: set to the earliest due time in the store, it makes visible what has come due.</summary>
internal sealed class DueTimer : IDisposable
{
    // The longest that a system timer takes is some 49 days; beyond that it is set again.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private readonly TimeProvider _time;
    private readonly StoreReader _reader;
    private readonly CommitLoop _commits;
    private readonly IdleTracker _idle;
    private readonly ITimer _timer;

    public DueTimer(TimeProvider time, StoreReader reader, CommitLoop commits, IdleTracker idle)
    {
        (_time, _reader, _commits, _idle) = (time, reader, commits, idle);
        _timer = time.CreateTimer(static timer => ((DueTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Arm()
    {
        if (_reader.NextDue() is not { } due)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        // Rounded up: the timer counts in milliseconds, and firing early would only fire again.
        TimeSpan wait = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, (due - _time.GetUtcNow().UtcDateTime).TotalMilliseconds)));
        _timer.Change(wait < Longest ? wait : Longest, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Fire()
    {
        _idle.Enter();
        _ = ReleaseAsync();
    }

    private async Task ReleaseAsync()
    {
        try
        {
            await _commits.SubmitAsync(writer => writer.ReleaseDue()).ConfigureAwait(false);
        }
        catch (EngineDatabaseException)
        {
            // Stopped or broken; whoever commits next says so. The next start releases what is due.
        }
        finally
        {
            _idle.Leave();
        }
    }
}
