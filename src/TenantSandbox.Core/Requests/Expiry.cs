using System.Globalization;
using System.Text.RegularExpressions;

namespace TenantSandbox.Core.Requests;

/// <summary>Reads when a tenant expires.</summary>
internal static partial class Expiry
{
    /// <summary>An RFC 3339 date-time with its offset, as UTC; null when not of that form.</summary>
    public static DateTimeOffset? PointInTime(string text) =>
        DateTimeForm().IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var at)
            ? at
            : null;

    /// <summary>An ISO 8601 duration of weeks, or of days, hours, minutes and seconds; null when not of that form.</summary>
    /// <remarks>Years and months are refused, because their length depends on where they start.</remarks>
    public static TimeSpan? Duration(string text)
    {
        var match = DurationForm().Match(text);
        if (!match.Success)
            return null;
        long Part(string name) => match.Groups[name] is { Success: true } group ? long.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;
        return TimeSpan.FromSeconds((((((Part("w") * 7) + Part("d")) * 24) + Part("h")) * 3600) + (Part("m") * 60) + Part("s"));
    }

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,7})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex DateTimeForm();

    [GeneratedRegex(@"^P(?:(?<w>[0-9]{1,4})W|(?=[0-9T])(?:(?<d>[0-9]{1,5})D)?(?:T(?=[0-9])(?:(?<h>[0-9]{1,6})H)?(?:(?<m>[0-9]{1,7})M)?(?:(?<s>[0-9]{1,9})S)?)?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex DurationForm();
}
