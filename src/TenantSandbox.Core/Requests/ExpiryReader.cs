using System.Globalization;
using System.Text.RegularExpressions;

namespace TenantSandbox.Core.Requests;

/// <summary>Reads the expiry of a tenant, given as a date and time or as a time to live.</summary>
internal static partial class ExpiryReader
{
    private static readonly TextRule ExpiresAtRule = new("a date and time with its offset, like \"2027-01-31T12:00:00Z\"", 40);
    private static readonly TextRule TimeToLiveRule = new("a duration, like \"PT8H\" or \"P30D\"", 40);

    /// <summary>The properties of an expiry.</summary>
    public static readonly string[] Properties = ["expiresAt", "timeToLive", "onExpiry"];

    /// <param name="request">The request.</param>
    /// <param name="now">Current time; a time to live is added to it.</param>
    /// <param name="required">Whether one of <c>expiresAt</c> and <c>timeToLive</c> must be given.</param>
    /// <returns>The expiry, and the time to live that it was computed from; null where absent.</returns>
    public static (TenantExpiry? Expiry, TimeSpan? TimeToLive) Read(ObjectReader request, DateTimeOffset now, bool required)
    {
        var isTimeGiven = request.Has("expiresAt") || request.Has("timeToLive");
        if (required && !isTimeGiven)
        {
            request.AddFault("expiresAt", ValidationFaultCodes.Required, "\"expiresAt\" or \"timeToLive\" is required.");
        }

        var onExpiry = request.Text("onExpiry", TextRules.Any);
        if (onExpiry is not (null or "offboard" or "suspend"))
        {
            request.AddFault("onExpiry", ValidationFaultCodes.Format, "Must be \"offboard\" or \"suspend\".");
        }
        else if (onExpiry is not null && !required && !isTimeGiven)
        {
            request.AddFault("onExpiry", ValidationFaultCodes.Exclusive, "Needs \"expiresAt\" or \"timeToLive\".");
        }

        DateTimeOffset? expiresAt = null;
        if (request.Text("expiresAt", ExpiresAtRule) is { } point)
        {
            expiresAt = ParseDateTime(point);
            if (expiresAt is null)
            {
                request.AddFault("expiresAt", ValidationFaultCodes.Format, $"Must be {ExpiresAtRule.Expectation}.");
            }
        }

        TimeSpan? timeToLive = null;
        if (request.Text("timeToLive", TimeToLiveRule) is { } duration)
        {
            timeToLive = ParseDuration(duration);
            if (timeToLive is null)
            {
                request.AddFault("timeToLive", ValidationFaultCodes.Format, $"Must be {TimeToLiveRule.Expectation}, of weeks, or of days, hours, minutes and seconds.");
            }
            else if (timeToLive < RequestLimits.MinTimeToLive || timeToLive > RequestLimits.MaxTimeToLive)
            {
                request.AddFault("timeToLive", ValidationFaultCodes.Range, "Must be from one minute (PT1M) to ten years (P3650D).");
            }
            else
            {
                expiresAt ??= now.ToUniversalTime() + timeToLive;
            }
        }

        if (request.Has("expiresAt") && request.Has("timeToLive"))
        {
            request.AddFault("timeToLive", ValidationFaultCodes.Exclusive, "Give \"expiresAt\" or \"timeToLive\", not both.");
        }

        var action = onExpiry == "suspend" ? ExpiryAction.Suspend : ExpiryAction.Offboard;
        return (expiresAt is { } at ? new TenantExpiry(at, action) : null, timeToLive);
    }

    /// <summary>Parses an RFC 3339 date-time with offset to UTC; null when the format is wrong.</summary>
    private static DateTimeOffset? ParseDateTime(string text) =>
        DateTimePattern().IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var at)
            ? at
            : null;

    /// <summary>Parses an ISO 8601 duration of weeks, or of days, hours, minutes and seconds; null when the format is wrong.</summary>
    /// <remarks>Years and months are rejected, because their length depends on the start date.</remarks>
    private static TimeSpan? ParseDuration(string text)
    {
        var match = DurationPattern().Match(text);
        if (!match.Success)
        {
            return null;
        }

        long Part(string name) => match.Groups[name] is { Success: true } group ? long.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;
        return TimeSpan.FromSeconds((((((Part("w") * 7) + Part("d")) * 24) + Part("h")) * 3600) + (Part("m") * 60) + Part("s"));
    }

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,7})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex DateTimePattern();

    [GeneratedRegex(@"^P(?:(?<w>[0-9]{1,4})W|(?=[0-9T])(?:(?<d>[0-9]{1,5})D)?(?:T(?=[0-9])(?:(?<h>[0-9]{1,6})H)?(?:(?<m>[0-9]{1,7})M)?(?:(?<s>[0-9]{1,9})S)?)?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex DurationPattern();
}
