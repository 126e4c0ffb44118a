using System.Text;

namespace TenantSandbox.Core.Isolation.Probe;

/// <summary>Rules for the texts of the contract.</summary>
internal static class ProbeText
{
    public static bool IsPrintable(string text) => text.All(c => c is >= ' ' and <= '~');

    public static bool IsHex(string text, int length) => text.Length == length && text.All(char.IsAsciiHexDigitLower);

    public static bool IsName(string text) =>
        text.Length is > 0 and <= 63 && text[0] != '-' && text[^1] != '-' && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>A lower-case UUID, as the kernel prints it.</summary>
    public static bool IsUuid(string text) => Guid.TryParseExact(text, "D", out var id) && id.ToString() == text;

    /// <summary>A name that a DNS question can hold: at most 253 characters in labels of 1 to 63, of letters, digits, hyphens and underscores.</summary>
    public static bool IsDnsName(string text) => text.Length is > 0 and <= 253
        && text.Split('.').All(l => l.Length is > 0 and <= 63 && l.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));

    /// <summary>Makes foreign text safe to print: other characters become question marks, and it is cut to a length.</summary>
    public static string Clean(string text, int length)
    {
        var clean = new StringBuilder(Math.Min(text.Length, length));
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, length)))
        {
            // What JSON would escape counts too, so that the size of a result is known.
            clean.Append(c is >= ' ' and <= '~' and not ('"' or '\\' or '<' or '>' or '&' or '\'' or '+' or '`') ? c : '?');
        }

        return clean.ToString();
    }
}
