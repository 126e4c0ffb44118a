namespace TenantSandbox.Functions.Kubernetes;

/// <summary>
/// Delays between watches that end early. A proxy may close every watch at once; without a delay the loop around it would list and watch
/// as fast as it can.
/// </summary>
internal sealed class WatchPacing(TimeProvider time)
{
    /// <summary>A watch that lasted this long needs no delay after it.</summary>
    private static readonly TimeSpan Normal = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private TimeSpan _delay = First;

    /// <summary>Runs a watch, and delays its result if it ended early: 0.1 s at first, doubled each time up to 5 s.</summary>
    public async Task RunAsync(Func<Task> watch, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        await watch();
        if (time.GetElapsedTime(started) >= Normal)
        {
            _delay = First;
            return;
        }

        await Task.Delay(_delay, time, cancellationToken);
        _delay = _delay * 2 < Longest ? _delay * 2 : Longest;
    }
}
