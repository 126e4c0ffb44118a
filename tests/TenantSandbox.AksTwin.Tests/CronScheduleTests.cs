using System.Globalization;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>The times of schedules.</summary>
public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("*/5 * * * *", null, "2026-11-02T09:01:00Z", "2026-11-02T09:05:00Z")]
    [InlineData("@daily", null, "2026-11-02T09:01:00Z", "2026-11-03T00:00:00Z")]
    // Either of two restricted days: the 13th, or a Friday.
    [InlineData("0 0 13 * 5", null, "2026-11-02T00:00:00Z", "2026-11-06T00:00:00Z")]
    [InlineData("0 0 13 * 5", null, "2026-11-06T00:00:00Z", "2026-11-13T00:00:00Z")]
    [InlineData("0 0 9 * mon", null, "2026-11-02T00:00:00Z", "2026-11-09T00:00:00Z")]
    [InlineData("30 8 * * ?", "Europe/Berlin", "2026-11-02T07:00:00Z", "2026-11-02T07:30:00Z")]
    // 02:30 doesn't exist on 28 March 2027 in Berlin.
    [InlineData("30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", "2027-03-29T00:30:00Z")]
    public void Next_Schedule_IsItsNextTime(string text, string? zone, string after, string expected) =>
        Assert.Equal(Parse(expected), CronSchedule.TryParse(text, CronSchedule.FindTimeZone(zone)!)!.Next(Parse(after)));

    [Theory]
    [InlineData("* * * * *", "2020-01-01T00:00:00Z", "2026-11-02T09:01:30Z", "2026-11-02T09:01:00Z")]
    [InlineData("@yearly", "2020-01-01T00:00:00Z", "2026-11-02T09:01:30Z", "2026-01-01T00:00:00Z")]
    [InlineData("@yearly", "2026-01-01T00:00:00Z", "2026-11-02T09:01:30Z", null)]
    [InlineData("* * * * *", "2026-11-02T09:01:00Z", "2026-11-02T09:01:30Z", null)]
    public void Last_Schedule_IsItsLastTimeSince(string text, string after, string until, string? expected) =>
        Assert.Equal(expected is null ? null : Parse(expected), CronSchedule.TryParse(text, TimeZoneInfo.Utc)!.Last(Parse(after), Parse(until)));

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("@every 5m")]
    public void TryParse_Invalid_Null(string text) => Assert.Null(CronSchedule.TryParse(text, TimeZoneInfo.Utc));

    private static DateTimeOffset Parse(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
