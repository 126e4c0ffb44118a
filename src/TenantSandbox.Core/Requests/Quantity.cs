using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TenantSandbox.Core.Requests;

/// <summary>
/// A quantity as Kubernetes spells it: a decimal number with a binary suffix (<c>Ki</c> to <c>Ei</c>), a decimal suffix (<c>n</c>, <c>u</c>,
/// <c>m</c>, <c>k</c>, <c>M</c> to <c>E</c>) or an exponent (<c>1e9</c>); grammar and rounding of k8s.io/apimachinery, pkg/api/resource/quantity.go.
/// The value is exact to 10^-9 and rounded up beyond that, as in Kubernetes.
/// </summary>
/// <param name="Nanos">The value in units of 10^-9; at most 2^63-1 whole units, which also stand for every larger value.</param>
public readonly partial record struct Quantity(Int128 Nanos)
{
    /// <summary>Longer texts are not quantities.</summary>
    public const int MaxLength = 64;

    private const int NanoDigits = 9;
    private const long NanosPerUnit = 1_000_000_000;
    private const long BytesPerMiB = 1024 * 1024;

    // Beyond these powers of ten, any number of MaxLength characters is above the largest value or below the smallest.
    private const int MaxPower = 200;

    private static readonly Int128 MaxNanos = (Int128)long.MaxValue * NanosPerUnit;

    /// <summary>The value of a number of MiB.</summary>
    public static Quantity FromMiB(long mebibytes) => new((Int128)mebibytes * BytesPerMiB * NanosPerUnit);

    /// <summary>The value of a number of thousandths.</summary>
    public static Quantity FromMillis(long millis) => new((Int128)millis * (NanosPerUnit / 1000));

    /// <summary>The value in thousandths, rounded up: millicores of a CPU quantity.</summary>
    public long Millis => CeilingOf(NanosPerUnit / 1000);

    /// <summary>The value rounded up to a whole number: bytes of a memory or storage quantity.</summary>
    public long Units => CeilingOf(NanosPerUnit);

    /// <summary>A number of bytes in MiB, rounded up.</summary>
    public long MiB => CeilingOf((Int128)BytesPerMiB * NanosPerUnit);

    /// <summary>Parses a quantity.</summary>
    /// <returns>False if the text is not a quantity. A negative one is.</returns>
    public static bool TryParse(string? text, out Quantity quantity)
    {
        quantity = default;
        if (text is not { Length: > 0 and <= MaxLength } || Pattern().Match(text) is not { Success: true } match)
        {
            return false;
        }

        var fraction = match.Groups["fraction"].ValueSpan;
        var digits = BigInteger.Parse($"0{match.Groups["whole"].ValueSpan}{fraction}", NumberStyles.None, CultureInfo.InvariantCulture);
        var exponent = match.Groups["exponent"];
        var suffix = match.Groups["suffix"].ValueSpan;
        var power = (BigInteger)(NanoDigits - fraction.Length)
            + (exponent.Success ? BigInteger.Parse(exponent.ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : PowerOf(suffix));
        if (suffix is [var letter, 'i'])
        {
            digits <<= 10 * (1 + "KMGTPE".IndexOf(letter, StringComparison.Ordinal));
        }

        var nanos = Scale(digits, (int)BigInteger.Clamp(power, -MaxPower, MaxPower));
        quantity = new(match.Groups["sign"].ValueSpan is "-" ? -nanos : nanos);
        return true;
    }

    /// <summary>Parses a JSON string or number; Kubernetes reads a number by its text.</summary>
    /// <returns>False if the value is neither, or not a quantity.</returns>
    public static bool TryParse(JsonElement value, out Quantity quantity)
    {
        quantity = default;
        return value.ValueKind switch
        {
            JsonValueKind.String => TryParse(value.GetString(), out quantity),
            JsonValueKind.Number => TryParse(value.GetRawText(), out quantity),
            _ => false,
        };
    }

    // "E" without digits is the suffix for 10^18, with digits an exponent.
    private static int PowerOf(ReadOnlySpan<char> suffix) => suffix switch
    {
        "n" => -9,
        "u" => -6,
        "m" => -3,
        "k" => 3,
        "M" => 6,
        "G" => 9,
        "T" => 12,
        "P" => 15,
        "E" => 18,
        _ => 0,
    };

    private static Int128 Scale(BigInteger digits, int power)
    {
        var factor = BigInteger.Pow(10, Math.Abs(power));
        var nanos = power >= 0 ? digits * factor : (digits + factor - 1) / factor;
        return nanos > (BigInteger)MaxNanos ? MaxNanos : (Int128)nanos;
    }

    private long CeilingOf(Int128 unit)
    {
        var (whole, rest) = Int128.DivRem(Nanos, unit);
        return (long)Int128.Min(rest > 0 ? whole + 1 : whole, long.MaxValue);
    }

    [GeneratedRegex(
        @"^(?<sign>[+-]?)(?:(?<whole>[0-9]+)(?:\.(?<fraction>[0-9]*))?|\.(?<fraction>[0-9]+))(?:(?<suffix>[KMGTPE]i|[numkMGTPE])|[eE](?<exponent>[+-]?[0-9]+))?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
