namespace TenantSandbox.AksTwin.Cel;

/// <summary>Reads string literals of CEL: quoted once or three times, raw or with escapes.</summary>
internal static class CelStrings
{
    private const string Escapes = "abfnrtv\\'\"`?";
    private const string Escaped = "\a\b\f\n\r\t\v\\'\"`?";

    /// <summary>Reads the literal whose opening quote is at a position, and moves the position behind it.</summary>
    public static string Read(string source, ref int position, bool isRaw)
    {
        var (start, mark) = (position, source[position].ToString());
        var triple = mark + mark + mark;
        var quote = string.CompareOrdinal(source, position, triple, 0, 3) == 0 ? triple : mark;
        var text = new StringBuilder();
        position += quote.Length;
        while (string.CompareOrdinal(source, position, quote, 0, quote.Length) != 0)
        {
            if (position >= source.Length || (quote.Length == 1 && source[position] is '\n' or '\r'))
            {
                throw new CelCompilationException(source, start, "Syntax error: the string is not terminated");
            }

            if (source[position] == '\\' && !isRaw)
            {
                text.Append(ReadEscape(source, ref position));
            }
            else
            {
                text.Append(source[position++]);
            }
        }

        position += quote.Length;
        return text.ToString();
    }

    private static string ReadEscape(string source, ref int position)
    {
        var (start, kind) = (position, position + 1 < source.Length ? source[position + 1] : '\0');
        if (Escapes.IndexOf(kind, StringComparison.Ordinal) is var index and >= 0)
        {
            position += 2;
            return Escaped[index].ToString();
        }

        var (skip, length, radix) = kind switch
        {
            'x' or 'X' => (2, 2, 16),
            'u' => (2, 4, 16),
            'U' => (2, 8, 16),
            >= '0' and <= '3' => (1, 3, 8),
            _ => (0, 0, 0),
        };
        if (length > 0 && start + skip + length <= source.Length && TryParse(source.AsSpan(start + skip, length), radix, out var rune))
        {
            position = start + skip + length;
            return rune.ToString();
        }

        throw new CelCompilationException(source, start, "Syntax error: invalid escape sequence");
    }

    private static bool TryParse(ReadOnlySpan<char> digits, int radix, out Rune rune)
    {
        var value = 0L;
        foreach (var digit in digits)
        {
            var number = char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : radix;
            value = number < radix ? value * radix + number : long.MaxValue / 32;
        }

        rune = default;
        return value <= 0x10FFFF && Rune.TryCreate((int)value, out rune);
    }
}
