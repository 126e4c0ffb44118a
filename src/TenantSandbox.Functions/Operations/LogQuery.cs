using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Operations;

/// <summary>The query parameters of a request for logs.</summary>
/// <param name="TailLines">Of each pod, at most so many lines, the last ones.</param>
/// <param name="SinceSeconds">Only lines that are not older; null for all.</param>
/// <param name="IsFollowing">Whether the answer goes on with new lines.</param>
/// <param name="IsPrevious">Whether the log of the container's former instance is wanted.</param>
/// <param name="Pod">One pod; null for all of the workload.</param>
/// <param name="Container">The container; null for the pod's default one.</param>
internal sealed partial record LogQuery(int TailLines, int? SinceSeconds, bool IsFollowing, bool IsPrevious, string? Pod, string? Container)
{
    public const int DefaultTailLines = 1000;
    public const int MaxTailLines = 10_000;

    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <returns>The parameters, or the problem to return.</returns>
    public static (LogQuery? Query, IResult? Problem) Read(HttpRequest request, DateTimeOffset now)
    {
        var query = request.Query;
        if (query.FirstOrDefault(x => x.Value.Count > 1).Key is { } repeated)
        {
            return (null, Problem.BadParameter(request, repeated, "must be given once."));
        }

        var tail = DefaultTailLines;
        if (query.TryGetValue("tailLines", out var lines)
            && !(int.TryParse(lines, NumberStyles.None, CultureInfo.InvariantCulture, out tail) && tail <= MaxTailLines))
        {
            return (null, Problem.BadParameter(request, "tailLines", $"must be an integer from 0 to {MaxTailLines}."));
        }

        int? since = null;
        if (query.TryGetValue("since", out var text) && (since = ReadSince(text.ToString(), now)) is null)
        {
            return (null, Problem.BadParameter(request, "since", "must be a duration, like 10m or 1h30m, or an RFC 3339 time in the past with an offset, like 2027-01-01T12:00:00Z."));
        }

        if (ReadFlag(request, "follow") is not { } follow)
        {
            return (null, Problem.BadParameter(request, "follow", "must be true or false."));
        }

        if (ReadFlag(request, "previous") is not { } previous)
        {
            return (null, Problem.BadParameter(request, "previous", "must be true or false."));
        }

        return follow && previous
            ? (null, Problem.BadParameter(request, "previous", "can't be followed: a container that was restarted writes no more."))
            : (new(tail, since, follow, previous, Text(request, "pod"), Text(request, "container")), null);
    }

    private static string? Text(HttpRequest request, string name) => request.Query.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } text ? text : null;

    private static bool? ReadFlag(HttpRequest request, string name) => request.Query.TryGetValue(name, out var value)
        ? value.ToString() switch
        {
            "true" => true,
            "false" => false,
            _ => null,
        }
        : false;

    // Kubernetes takes whole seconds, and not zero.
    private static int? ReadSince(string text, DateTimeOffset now)
    {
        if (Duration().Match(text) is { Success: true, Length: > 0 } match)
        {
            var seconds = (Number(match, "d") * 86_400) + (Number(match, "h") * 3600) + (Number(match, "m") * 60) + Number(match, "s");
            return seconds is > 0 and <= int.MaxValue ? (int)seconds : null;
        }

        return text.EndsWith('Z') || Offset().IsMatch(text)
            ? DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) && at < now
                ? (int)Math.Min(Math.Ceiling((now - at).TotalSeconds), int.MaxValue)
                : null
            : null;
    }

    private static long Number(Match match, string unit) =>
        match.Groups[unit] is { Success: true } group ? long.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^(?:(?<d>[0-9]{1,5})d)?(?:(?<h>[0-9]{1,6})h)?(?:(?<m>[0-9]{1,7})m)?(?:(?<s>[0-9]{1,9})s)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Duration();

    [GeneratedRegex(@"[+-][0-9]{2}:[0-9]{2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Offset();
}
