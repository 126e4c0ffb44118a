using TenantSandbox.Hosting.Timers;

namespace TenantSandbox.Hosting.Tests.Timers;

public sealed class TimerScheduleTests
{
    [Theory]
    [InlineData("0 */5 * * * *", "2026-01-01T00:05:00Z")]
    [InlineData("*/5 * * * *", "2026-01-01T00:05:00Z")]
    [InlineData("15 30 9 * * 1-5", "2026-01-01T09:30:15Z")]
    [InlineData("0 0 0 1 Jan *", "2027-01-01T00:00:00Z")]
    [InlineData("00:00:30", "2026-01-01T00:02:30Z")]
    [InlineData("1.00:00:00", "2026-01-02T00:02:00Z")]
    public void After_ASchedule_IsItsNextOccurrenceInUtc(string schedule, string expected)
    {
        var next = TimerSchedule.Parse(schedule).After(new DateTimeOffset(2026, 1, 1, 2, 2, 0, TimeSpan.FromHours(2)));

        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), next);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0 */5 * * *  * *")]
    [InlineData("0 61 * * * *")]
    [InlineData("00:00:00")]
    [InlineData("-00:00:30")]
    [InlineData("every five minutes")]
    public void Parse_WhatIsNoSchedule_SaysWhatToWrite(string schedule)
    {
        var fault = Assert.Throws<FormatException>(() => TimerSchedule.Parse(schedule));

        Assert.Contains("0 */5 * * * *", fault.Message);
    }

    [Theory]
    [InlineData("*/10 * * * * *", true)]
    [InlineData("0 * * * * *", false)]
    [InlineData("00:00:20", true)]
    [InlineData("00:01:00", false)]
    public void IsSubMinute_BySchedule_TellsIntervalsBelowAMinute(string schedule, bool expected)
    {
        Assert.Equal(expected, TimerSchedule.Parse(schedule).IsSubMinute(new DateTimeOffset(2026, 1, 1, 0, 2, 0, TimeSpan.Zero)));
    }
}
