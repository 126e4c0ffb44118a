namespace TenantSandbox.Core.Isolation.Probe;

/// <summary>Rules for the texts of the contract.</summary>
public static class ProbeText
{
    /// <summary>Whether a text has printable ASCII characters only.</summary>
    public static bool IsPrintable(string text) => text.All(c => c is >= ' ' and <= '~');

    /// <summary>Whether a text is so many lower-case hexadecimal digits.</summary>
    public static bool IsHex(string text, int length) => text.Length == length && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Whether a text can name a target: 1 to 63 lower-case letters, digits and inner hyphens.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= 63 && text[0] != '-' && text[^1] != '-' && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>Whether a text is a lower-case UUID, as the kernel prints it.</summary>
    public static bool IsUuid(string text) => Guid.TryParseExact(text, "D", out var id) && id.ToString() == text;

    /// <summary>Whether a DNS question can hold a name: at most 253 characters in labels of 1 to 63, of letters, digits, hyphens and underscores.</summary>
    public static bool IsDnsName(string text) => text.Length is > 0 and <= 253
        && text.Split('.').All(l => l.Length is > 0 and <= 63 && l.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));

    /// <summary>Makes foreign text safe to print: what isn't printable ASCII becomes question marks, and it is cut to a length.</summary>
    public static string Clean(string text, int length) =>
        string.Concat(text.Take(length).Select(c => c is >= ' ' and <= '~' ? c : '?'));
}
