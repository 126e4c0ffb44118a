using TenantSandbox.Hosting.Worker;
using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Timers;

/// <summary>
/// Runs one timer function at the times of its schedule, one run at a time. A failed run isn't retried. Occurrences that pass while
/// the function runs are made up for by one run directly after it, as on the real host.
/// </summary>
/// <param name="monitor">Where the status is kept; null for a timer without a monitor.</param>
internal sealed class TimerLoop(
    FunctionDefinition function,
    TimerSchedule schedule,
    TimerStatusFile? monitor,
    bool runOnStartup,
    IFunctionInvoker invoker,
    TimeProvider timeProvider,
    ILogger logger)
{
    // The runtime's timers end at 49 days; a longer wait is cut into days.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);

    /// <summary>Runs until <paramref name="stopping"/> fires and the function has ended.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            var now = timeProvider.GetUtcNow();
            var status = monitor?.Read()?.Under(schedule, now) ?? TimerStatus.Initial(schedule, now);
            monitor?.Write(status);

            var isPastDue = now > status.Next;
            if (isPastDue || runOnStartup)
            {
                status = await InvokeAsync(status, isPastDue, stopping);
            }

            while (true)
            {
                // The wait begins before it is announced: who reads the announcement may move the clock.
                var due = WaitUntilAsync(status.Next, stopping);
                logger.TimerScheduled(function.Name, status.Next);
                await due;
                status = await InvokeAsync(status, isPastDue: false, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (Exception exception)
        {
            logger.TimerStopped(exception, function.Name);
        }
    }

    private async Task WaitUntilAsync(DateTimeOffset due, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        for (var wait = due - timeProvider.GetUtcNow(); wait > TimeSpan.Zero; wait = due - timeProvider.GetUtcNow())
        {
            await Task.Delay(wait < LongestDelay ? wait : LongestDelay, timeProvider, stopping);
        }
    }

    /// <returns>The status after the run, which is kept even if the run failed.</returns>
    private async Task<TimerStatus> InvokeAsync(TimerStatus status, bool isPastDue, CancellationToken stopping)
    {
        var invoked = timeProvider.GetUtcNow();
        var timerInfo = new TypedData { Json = TimerStatus.TimerInfo(monitor is null ? null : status, isPastDue) };
        try
        {
            await invoker.InvokeAsync(function, timerInfo, new Dictionary<string, TypedData>(), stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The occurrence counts as missed and is made up for at the next start.
            throw;
        }
        catch (Exception exception)
        {
            logger.TimerFailed(exception, function.Name);
        }

        var updated = TimerStatus.After(schedule, invoked);
        monitor?.Write(updated);
        return updated;
    }
}
