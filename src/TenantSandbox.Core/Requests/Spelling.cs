namespace TenantSandbox.Core.Requests;

/// <summary>Suggests the property that a sender may have mistyped.</summary>
internal static class Spelling
{
    private const int MaxQuoted = 64;

    /// <summary>Truncates a name that is quoted in a fault, so that responses stay small.</summary>
    public static string Shorten(string name, int max = MaxQuoted) =>
        name.Length <= max ? name : $"{name[..(char.IsHighSurrogate(name[max - 1]) ? max - 1 : max)]}…";

    /// <returns>A sentence with a leading space that suggests a known property; empty when none is similar.</returns>
    public static string Suggest(string name, ReadOnlySpan<string> known)
    {
        foreach (var candidate in known)
        {
            if (string.Equals(candidate, name, StringComparison.OrdinalIgnoreCase) || (candidate.Length > 3 && IsWithinTwoEdits(name, candidate)))
            {
                return $" Did you mean \"{candidate}\"?";
            }
        }

        return "";
    }

    private static bool IsWithinTwoEdits(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 2)
        {
            return false;
        }

        Span<int> row = stackalloc int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length] <= 2;
    }
}
