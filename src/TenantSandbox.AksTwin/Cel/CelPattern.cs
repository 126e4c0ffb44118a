using System.Text.RegularExpressions;

namespace TenantSandbox.AksTwin.Cel;

/// <summary>Regular expressions of RE2, which CEL uses: linear time, and classes of ASCII only.</summary>
internal static class CelPattern
{
    /// <exception cref="ArgumentException">Not a regular expression, or one that RE2 doesn't know, such as a look-around.</exception>
    public static Regex Compile(string pattern)
    {
        try
        {
            return new(Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException e)
        {
            throw new ArgumentException(e.Message, e);
        }
    }

    /// <summary>Writes what .NET reads otherwise: <c>$</c> also matches before a last line break, and <c>\d</c> any digit of Unicode.</summary>
    private static string Translate(string pattern)
    {
        var (text, isClass) = (new StringBuilder(), false);
        for (var i = 0; i < pattern.Length; i++)
        {
            var escape = pattern[i] == '\\' && i + 1 < pattern.Length ? pattern[++i] : '\0';
            text.Append((escape, pattern[i], isClass) switch
            {
                ('\0', '$', false) => @"\z",
                ('\0', _, _) => pattern[i].ToString(),
                ('d', _, _) => isClass ? "0-9" : "[0-9]",
                ('w', _, _) => isClass ? "0-9A-Za-z_" : "[0-9A-Za-z_]",
                ('s', _, _) => isClass ? @"\t\n\f\r " : @"[\t\n\f\r ]",
                ('D', _, false) => "[^0-9]",
                ('W', _, false) => "[^0-9A-Za-z_]",
                ('S', _, false) => @"[^\t\n\f\r ]",
                ('D' or 'W' or 'S' or 'p' or 'P' or 'Q' or 'C' or 'k', _, _) => throw new ArgumentException($"the escape \\{escape} is not supported"),
                _ => $"\\{escape}",
            });
            isClass = escape == '\0' ? pattern[i] == '[' || (isClass && pattern[i] != ']') : isClass;
        }

        return text.ToString();
    }
}
