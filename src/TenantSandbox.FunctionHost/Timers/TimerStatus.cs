using System.Text.Json;

namespace TenantSandbox.Hosting.Timers;

/// <summary>When a timer ran last, when it runs next, and the time from which that was computed.</summary>
internal sealed record TimerStatus(DateTimeOffset Last, DateTimeOffset Next, DateTimeOffset LastUpdated)
{
    /// <summary>The status of a timer that has not run yet.</summary>
    public static TimerStatus Initial(TimerSchedule schedule, DateTimeOffset now) => new(DateTimeOffset.MinValue, schedule.After(now), now);

    /// <summary>The status after a run that started at <paramref name="invoked"/>.</summary>
    public static TimerStatus After(TimerSchedule schedule, DateTimeOffset invoked) => new(invoked, schedule.After(invoked), invoked);

    /// <summary>
    /// This status under a schedule that may have changed since it was kept: an occurrence of the new schedule that has passed is no
    /// missed one, so the next is computed from now.
    /// </summary>
    public TimerStatus Under(TimerSchedule schedule, DateTimeOffset now)
    {
        var computedFrom = Last > DateTimeOffset.MinValue ? Last : LastUpdated;
        var expected = schedule.After(computedFrom);
        if (expected == Next)
        {
            return this;
        }

        return now > expected ? Initial(schedule, now) : new TimerStatus(DateTimeOffset.MinValue, expected, computedFrom);
    }

    /// <summary>The JSON that the worker reads its TimerInfo from, as a host in UTC writes it.</summary>
    /// <param name="status">Null for a timer without a monitor.</param>
    /// <param name="isPastDue">Whether an occurrence was missed.</param>
    public static string TimerInfo(TimerStatus? status, bool isPastDue) =>
        JsonSerializer.Serialize(new { Schedule = new { AdjustForDST = true }, ScheduleStatus = status, IsPastDue = isPastDue });
}
