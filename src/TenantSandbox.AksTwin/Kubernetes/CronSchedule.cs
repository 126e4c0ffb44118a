using NCrontab;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The times of a CronJob, in its time zone.</summary>
internal sealed class CronSchedule
{
    private static readonly Dictionary<string, string> Macros = new()
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    /// <summary>Their times together are those of the schedule.</summary>
    private readonly CrontabSchedule[] _schedules;
    private readonly TimeZoneInfo _zone;

    private CronSchedule(CrontabSchedule[] schedules, TimeZoneInfo zone) => (_schedules, _zone) = (schedules, zone);

    /// <summary>Null if the text isn't a schedule of five fields or a macro. Intervals (<c>@every</c>) aren't supported.</summary>
    public static CronSchedule? TryParse(string text, TimeZoneInfo zone)
    {
        var fields = Macros.GetValueOrDefault(text, text).Replace('?', '*').Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
        {
            return null;
        }

        // Kubernetes runs on days that match either of two restricted day fields, the library on those that match both.
        var hasBothDays = fields[2][0] != '*' && fields[4][0] != '*';
        string[] texts = hasBothDays
            ? [string.Join(' ', [.. fields[..4], "*"]), string.Join(' ', [.. fields[..2], "*", .. fields[3..]])]
            : [string.Join(' ', fields)];
        var schedules = texts.Select(CrontabSchedule.TryParse).OfType<CrontabSchedule>().ToArray();
        return schedules.Length == texts.Length ? new(schedules, zone) : null;
    }

    /// <summary>A time zone by its IANA name; UTC for null, null for an unknown name.</summary>
    public static TimeZoneInfo? FindTimeZone(string? name) =>
        name is null ? TimeZoneInfo.Utc : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;

    /// <summary>The first time after a moment. Times that a change to summer time skips don't exist.</summary>
    public DateTimeOffset Next(DateTimeOffset after)
    {
        var local = TimeZoneInfo.ConvertTime(after, _zone).DateTime;
        do
        {
            local = _schedules.Min(s => s.GetNextOccurrence(local));
        }
        while (_zone.IsInvalidTime(local));

        return new DateTimeOffset(local, _zone.GetUtcOffset(local));
    }

    /// <summary>The last time after one moment and not after another; null if there is none.</summary>
    public DateTimeOffset? Last(DateTimeOffset after, DateTimeOffset until)
    {
        // Backwards in growing steps, because all times since a moment long ago are many.
        for (var window = TimeSpan.FromHours(1); ; window *= 24)
        {
            var from = until - after < window ? after : until - window;
            DateTimeOffset? last = null;
            for (var next = Next(from); next <= until; next = Next(next))
            {
                last = next;
            }

            if (last is not null || from == after)
            {
                return last;
            }
        }
    }
}
