using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.PodTemplates;

/// <summary>What a quantity measures.</summary>
internal enum QuantityKind
{
    /// <summary>In thousandths of a core.</summary>
    Cpu,

    /// <summary>In MiB.</summary>
    Memory,

    /// <summary>In MiB.</summary>
    Storage,
}

/// <summary>A Kubernetes quantity, as a string or a number.</summary>
/// <param name="Kind">What it measures.</param>
/// <param name="Min">In the kind's unit.</param>
/// <param name="Max">In the kind's unit.</param>
internal sealed record QuantityValue(QuantityKind Kind, int Min, int Max) : ValueRule
{
    public override string Description => $"a quantity of {Name} from {Format(Min)} to {Format(Max)}";

    private string Name => Kind switch { QuantityKind.Cpu => "CPU", QuantityKind.Memory => "memory", _ => "storage" };

    /// <returns>The quantity in canonical form, as the API server stores it.</returns>
    public override JsonNode? Read(JsonElement value, string pointer, ValidationFaultList faults)
    {
        var amount = Kind switch
        {
            QuantityKind.Cpu => Quantities.ReadCpuMillis(value, pointer, faults, Min, Max),
            QuantityKind.Memory => Quantities.ReadMemoryMiB(value, pointer, faults, Min, "", Max),
            _ => Quantities.ReadStorageMiB(value, pointer, faults, Min, Max),
        };
        return amount is { } found ? JsonValue.Create(Format(found)) : null;
    }

    private string Format(int amount) => Kind == QuantityKind.Cpu ? FormatCpu(amount) : FormatMiB(amount);

    /// <summary>The canonical spelling of CPU.</summary>
    public static string FormatCpu(int millis) => millis % 1000 == 0
        ? (millis / 1000).ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{millis}m");

    /// <summary>The canonical spelling of memory and storage.</summary>
    public static string FormatMiB(int mebibytes) => mebibytes == 0 ? "0"
        : mebibytes % 1024 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{mebibytes / 1024}Gi")
        : string.Create(CultureInfo.InvariantCulture, $"{mebibytes}Mi");

    /// <summary>Thousandths of a core, of a canonical spelling.</summary>
    public static int ParseCpu(string text) => text.EndsWith('m')
        ? int.Parse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture)
        : int.Parse(text, CultureInfo.InvariantCulture) * 1000;

    /// <summary>MiB, of a canonical spelling.</summary>
    public static int ParseMiB(string text) => text.EndsWith("Gi", StringComparison.Ordinal)
        ? int.Parse(text.AsSpan(0, text.Length - 2), CultureInfo.InvariantCulture) * 1024
        : text == "0" ? 0 : int.Parse(text.AsSpan(0, text.Length - 2), CultureInfo.InvariantCulture);
}
