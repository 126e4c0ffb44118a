using System.Globalization;
using NCrontab;

namespace TenantSandbox.Hosting.Timers;

/// <summary>A timer's schedule, in UTC: NCRONTAB with six fields from seconds on or five from minutes on, or an interval.</summary>
internal sealed class TimerSchedule
{
    private readonly Func<DateTimeOffset, DateTimeOffset> _next;

    private TimerSchedule(Func<DateTimeOffset, DateTimeOffset> next) => _next = next;

    /// <exception cref="FormatException">The text isn't a schedule.</exception>
    public static TimerSchedule Parse(string text)
    {
        var hasSeconds = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6;
        if (CrontabSchedule.TryParse(text, new CrontabSchedule.ParseOptions { IncludingSeconds = hasSeconds }) is { } cron)
        {
            return new TimerSchedule(time => new DateTimeOffset(cron.GetNextOccurrence(time.UtcDateTime), TimeSpan.Zero));
        }

        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero)
        {
            return new TimerSchedule(time => time + interval);
        }

        throw new FormatException(
            $"'{text}' is neither an NCRONTAB expression nor an interval; write six fields such as \"0 */5 * * * *\", "
            + "or a time span such as \"00:05:00\".");
    }

    /// <summary>The first occurrence after <paramref name="time"/>.</summary>
    public DateTimeOffset After(DateTimeOffset time) => _next(time);

    /// <summary>Whether it occurs more than once within the next minute; the real host doesn't keep the status of such timers.</summary>
    public bool IsSubMinute(DateTimeOffset now) => After(After(now)) <= now.AddMinutes(1);
}
