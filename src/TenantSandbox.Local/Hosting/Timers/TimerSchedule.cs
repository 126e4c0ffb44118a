using NCrontab;

namespace TenantSandbox.Local.Hosting.Timers;

/// <summary>An NCRONTAB schedule, in UTC: six fields from seconds on, or five from minutes on.</summary>
internal sealed class TimerSchedule
{
    private readonly CrontabSchedule _schedule;

    private TimerSchedule(CrontabSchedule schedule) => _schedule = schedule;

    /// <exception cref="FormatException">The text isn't a schedule.</exception>
    public static TimerSchedule Parse(string text)
    {
        var withSeconds = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6;
        return CrontabSchedule.TryParse(text, new CrontabSchedule.ParseOptions { IncludingSeconds = withSeconds }) is { } schedule
            ? new TimerSchedule(schedule)
            : throw new FormatException(
                $"'{text}' isn't an NCRONTAB schedule; write six fields such as \"0 */5 * * * *\" for every five minutes.");
    }

    /// <summary>The first time after <paramref name="time"/>.</summary>
    public DateTimeOffset After(DateTimeOffset time) =>
        new(DateTime.SpecifyKind(_schedule.GetNextOccurrence(time.UtcDateTime), DateTimeKind.Utc));
}
