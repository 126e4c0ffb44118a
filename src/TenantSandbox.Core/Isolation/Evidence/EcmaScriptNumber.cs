using System.Globalization;
using System.Text.Json;

namespace TenantSandbox.Core.Isolation.Evidence;

/// <summary>Number::toString of ECMAScript (ECMA-262, 6.1.6.1.20), which RFC 8785 prescribes for numbers.</summary>
internal static class EcmaScriptNumber
{
    /// <summary>Up to this power of ten an integer is written with all of its digits.</summary>
    private const int MaxIntegerDigits = 21;

    /// <summary>A fraction below 1 is written without an exponent if it has fewer zeros than this after the point.</summary>
    private const int MaxLeadingZeros = 6;

    /// <exception cref="JsonException">It is not finite: JSON has no such number.</exception>
    public static string Format(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new JsonException("A number is beyond the range of a double.");
        }

        // Negative zero has no sign here.
        if (value == 0)
        {
            return "0";
        }

        var (digits, point) = Shortest(Math.Abs(value));
        return (value < 0 ? "-" : "") + Layout(digits, point);
    }

    /// <summary>The fewest digits that identify a double, and the position of the decimal point relative to the first of them.</summary>
    private static (string Digits, int Point) Shortest(double value)
    {
        // .NET's round-trip format has the same digits as ECMAScript's; only their layout differs.
        var parts = value.ToString("R", CultureInfo.InvariantCulture).Split('E');
        var exponent = parts.Length == 1 ? 0 : int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        var all = parts[0].Replace(".", "", StringComparison.Ordinal);
        var digits = all.TrimStart('0');
        return (digits.TrimEnd('0'), (point < 0 ? all.Length : point) - (all.Length - digits.Length) + exponent);
    }

    private static string Layout(string digits, int point)
    {
        if (digits.Length <= point && point <= MaxIntegerDigits)
        {
            return digits.PadRight(point, '0');
        }

        if (point is > 0 and <= MaxIntegerDigits)
        {
            return $"{digits[..point]}.{digits[point..]}";
        }

        if (point is > -MaxLeadingZeros and <= 0)
        {
            return $"0.{new string('0', -point)}{digits}";
        }

        var exponent = point - 1;
        var fraction = digits.Length == 1 ? "" : $".{digits[1..]}";
        return string.Create(CultureInfo.InvariantCulture, $"{digits[0]}{fraction}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent)}");
    }
}
