using System.Text.Json;

namespace TenantSandbox.Core.Requests;

/// <summary>
/// Reads the quantities of a request: JSON strings or numbers in Kubernetes' spelling. A value outside its bounds is a validation fault
/// that names the bounds, and the suffix where it is a common mistake.
/// </summary>
internal static class Quantities
{
    private const string MilliHint = " The suffix \"m\" means thousandths; mebibytes are \"Mi\".";
    private const string BytesHint = " A number without a suffix is in bytes; mebibytes are \"Mi\".";
    private const string CoresHint = " A number without a suffix is in cores; thousandths of a core are \"m\".";

    /// <summary>Reads a CPU quantity.</summary>
    /// <returns>Thousandths of a core, rounded up; null, with a validation fault added, when it is not a quantity or out of bounds.</returns>
    public static int? ReadCpuMillis(JsonElement value, string pointer, ValidationFaultList faults, int min = RequestLimits.MinCpuMillis, int max = RequestLimits.MaxCpuMillis)
    {
        if (Read(value, pointer, faults, "a CPU quantity, like \"250m\", \"0.5\" or 2") is not { } quantity)
        {
            return null;
        }

        var isWithin = IsWithin(quantity, Quantity.FromMillis(min), Quantity.FromMillis(max), InCores(min), InCores(max), "", HasNoSuffix(value) ? CoresHint : "", pointer, faults);
        return isWithin ? (int)quantity.Millis : null;
    }

    /// <summary>Reads a memory quantity.</summary>
    /// <param name="value">A JSON string or number.</param>
    /// <param name="pointer">Its location.</param>
    /// <param name="faults">Receives what is wrong.</param>
    /// <param name="min">In MiB.</param>
    /// <param name="minReason">Why less is not enough, as in "the minimum for a kata guest".</param>
    /// <param name="max">In MiB.</param>
    /// <returns>MiB, rounded up; null, with a validation fault added, when it is not a quantity or out of bounds.</returns>
    public static int? ReadMemoryMiB(
        JsonElement value,
        string pointer,
        ValidationFaultList faults,
        int min = RequestLimits.MinMemoryMiB,
        string minReason = "the minimum for a kata guest",
        int max = RequestLimits.MaxMemoryMiB) =>
        ReadMiB(value, pointer, faults, "a memory quantity", min, minReason, max);

    /// <summary>Reads a storage quantity, as of <c>ephemeral-storage</c> or a volume's size.</summary>
    /// <returns>MiB, rounded up; null, with a validation fault added, when it is not a quantity or out of bounds.</returns>
    public static int? ReadStorageMiB(JsonElement value, string pointer, ValidationFaultList faults, int min, int max) =>
        ReadMiB(value, pointer, faults, "a storage quantity", min, "", max);

    private static int? ReadMiB(JsonElement value, string pointer, ValidationFaultList faults, string kind, int min, string minReason, int max)
    {
        if (Read(value, pointer, faults, $"{kind}, like \"512Mi\", \"1.5Gi\", \"2G\" or a number of bytes") is not { } quantity)
        {
            return null;
        }

        var hint = HasNoSuffix(value) ? BytesHint : value.GetString()!.EndsWith('m') ? MilliHint : "";
        var isWithin = IsWithin(quantity, Quantity.FromMiB(min), Quantity.FromMiB(max), InBinaryUnits(min), InBinaryUnits(max), minReason, hint, pointer, faults);
        return isWithin ? (int)quantity.MiB : null;
    }

    private static Quantity? Read(JsonElement value, string pointer, ValidationFaultList faults, string expectation)
    {
        if (Quantity.TryParse(value, out var quantity))
        {
            return quantity;
        }

        var isText = value.ValueKind is JsonValueKind.String or JsonValueKind.Number;
        faults.Add(pointer, isText ? ValidationFaultCodes.Format : ValidationFaultCodes.Type, $"Must be {expectation}.");
        return null;
    }

    // Bounds hold for the exact value, before it is rounded up.
    private static bool IsWithin(
        Quantity quantity, Quantity min, Quantity max, string minText, string maxText, string minReason, string hint, string pointer, ValidationFaultList faults)
    {
        if (quantity.Nanos >= min.Nanos && quantity.Nanos <= max.Nanos)
        {
            return true;
        }

        var problem = quantity.Nanos < min.Nanos ? "Too small" : "Too large";
        var reason = minReason.Length == 0 ? "" : $" ({minReason})";
        faults.Add(pointer, ValidationFaultCodes.Range, $"{problem}: must be from {minText}{reason} to {maxText}.{hint}");
        return false;
    }

    private static bool HasNoSuffix(JsonElement value) => value.ValueKind == JsonValueKind.Number || char.IsAsciiDigit(value.GetString()![^1]);

    private static string InCores(int millis) => millis % 1000 == 0 ? $"{millis / 1000}" : $"{millis}m";

    private static string InBinaryUnits(int mebibytes) => mebibytes is > 0 and var size && size % 1024 == 0 ? $"{size / 1024}Gi" : $"{mebibytes}Mi";
}
