using System.Text.RegularExpressions;

namespace TenantSandbox.Core.Requests.Network;

/// <summary>
/// A pattern of host names that tenants may use: a name in which <c>{tenant}</c> stands for the tenant's id and <c>*</c> for one or more
/// characters of one label, such as <c>*.apps.example.com</c> or <c>{tenant}.example.com</c>.
/// </summary>
public static partial class HostPattern
{
    private const string Tenant = "{tenant}";

    /// <summary>Whether a text is a pattern: its two last labels contain neither <c>*</c> nor <c>{tenant}</c>.</summary>
    public static bool IsValid(string? pattern) =>
        pattern is not null
        && TextRules.HostName.Accepts(pattern.Replace(Tenant, "t", StringComparison.Ordinal).Replace('*', 'x'))
        && FixedEnd().IsMatch(pattern);

    /// <summary>The pattern with the tenant's id in it.</summary>
    public static string For(string pattern, string tenantId)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return pattern.Replace(Tenant, tenantId, StringComparison.Ordinal);
    }

    /// <summary>Whether a tenant may use a name by a pattern.</summary>
    public static bool Matches(string pattern, string tenantId, string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var expected = For(pattern, tenantId).Split('.');
        var actual = host.Split('.');
        return expected.Length == actual.Length && expected.Zip(actual).All(labels => MatchesLabel(labels.First, labels.Second));
    }

    private static bool MatchesLabel(string pattern, string label)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1)
        {
            return pattern == label;
        }

        // Each star takes at least one character, so the first match of a part is as good as any later one.
        if (label.Length < pattern.Length || !label.StartsWith(parts[0], StringComparison.Ordinal) || !label.EndsWith(parts[^1], StringComparison.Ordinal))
        {
            return false;
        }

        var (at, end) = (parts[0].Length, label.Length - parts[^1].Length);
        foreach (var part in parts[1..^1])
        {
            var found = at + 1 <= end ? label.IndexOf(part, at + 1, end - at - 1, StringComparison.Ordinal) : -1;
            if (found < 0)
            {
                return false;
            }

            at = found + part.Length;
        }

        return at < end;
    }

    [GeneratedRegex(@"^[^.].*\.[a-z0-9-]+\.[a-z0-9-]+\z|^[a-z0-9-]+\.[a-z0-9-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex FixedEnd();
}
