using System.Globalization;
using System.Text.RegularExpressions;

namespace TenantSandbox.Core.Requests;

/// <summary>
/// Parses the Kubernetes quantities that a request may use: CPU as <c>250m</c>, <c>2</c> or <c>0.5</c>, memory in
/// whole <c>Mi</c> or <c>Gi</c>. Other suffixes are rejected: <c>128M</c> and <c>128m</c> are common mistakes for <c>128Mi</c>.
/// </summary>
internal static partial class Quantities
{
    /// <returns>Thousandths of a core; null when the format is wrong.</returns>
    public static int? CpuMillis(string text)
    {
        if (!CpuPattern().IsMatch(text))
        {
            return null;
        }

        return text.EndsWith('m')
            ? int.Parse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture)
            : (int)(decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * 1000);
    }

    /// <returns>MiB; null when the format is wrong.</returns>
    public static int? MemoryMiB(string text)
    {
        if (!MemoryPattern().IsMatch(text))
        {
            return null;
        }

        var number = int.Parse(text.AsSpan(0, text.Length - 2), CultureInfo.InvariantCulture);
        return text.EndsWith("Gi", StringComparison.Ordinal) ? number * 1024 : number;
    }

    [GeneratedRegex(@"^(?:[0-9]{1,6}m|[0-9]{1,3}(?:\.[0-9]{1,3})?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex CpuPattern();

    [GeneratedRegex(@"^[0-9]{1,6}(?:Mi|Gi)\z", RegexOptions.CultureInvariant)]
    private static partial Regex MemoryPattern();
}
