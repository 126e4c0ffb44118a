using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Local.Hosting.Invocation;

namespace TenantSandbox.Local.Hosting.Timers;

/// <summary>Runs one timer function, never twice at a time. A failed run isn't repeated: the next time comes anyway.</summary>
internal sealed class TimerLoop(
    FunctionDescriptor function, TimerSchedule schedule, TimerStatusFile? monitor, FunctionInvoker invoker, TimeProvider time, ILogger log)
{
    // The runtime's timers end at 49 days; a longer wait is cut into days.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>Ends when <paramref name="stopping"/> fires.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await LoopAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops; a time missed meanwhile is made up for at the next start.
        }
    }

    private async Task LoopAsync(CancellationToken stopping)
    {
        var status = monitor?.Read();
        var now = time.GetUtcNow();
        var next = status is null ? schedule.After(now) : new DateTimeOffset(DateTime.SpecifyKind(status.Next, DateTimeKind.Utc));
        var late = status is not null && next <= now;
        if (monitor is not null && status is null) status = Save(default, next);

        if (late || ((TimerTriggerAttribute)function.Trigger).RunOnStartup)
        {
            await InvokeAsync(late, status, stopping);
            next = schedule.After(time.GetUtcNow());
            status = Save(now, next);
        }

        while (!stopping.IsCancellationRequested)
        {
            log.TimerScheduled(function.Name, next);
            await WaitUntilAsync(next, stopping);
            await InvokeAsync(isPastDue: false, status, stopping);

            // Times that passed while the function ran are skipped, as on the real host.
            var last = next;
            next = schedule.After(time.GetUtcNow());
            status = Save(last, next);
        }
    }

    private async Task WaitUntilAsync(DateTimeOffset due, CancellationToken stopping)
    {
        for (var wait = due - time.GetUtcNow(); wait > TimeSpan.Zero; wait = due - time.GetUtcNow())
            await Task.Delay(wait < LongestWait ? wait : LongestWait, time, stopping);
    }

    private async Task InvokeAsync(bool isPastDue, ScheduleStatus? status, CancellationToken stopping)
    {
        var info = new TimerInfo { IsPastDue = isPastDue, ScheduleStatus = status };
        try
        {
            await invoker.InvokeAsync(function, _ => info, new Dictionary<string, object?>(), stopping);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            log.TimerFailed(exception, function.Name);
        }
    }

    private ScheduleStatus? Save(DateTimeOffset last, DateTimeOffset next)
    {
        if (monitor is null) return null;

        var status = new ScheduleStatus { Last = last.UtcDateTime, Next = next.UtcDateTime, LastUpdated = time.GetUtcNow().UtcDateTime };
        monitor.Write(status);
        return status;
    }
}
