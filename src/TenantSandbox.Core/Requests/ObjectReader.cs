using System.Globalization;
using System.Text.Json;

namespace TenantSandbox.Core.Requests;

/// <summary>
/// Reads one JSON object strictly: a property that isn't known, or comes twice, is a fault. Reading goes on after a
/// fault, so that the sender hears of all of them at once.
/// </summary>
internal sealed class ObjectReader
{
    private readonly Dictionary<string, JsonElement> _properties = new(StringComparer.Ordinal);
    private readonly ValidationFaultList _faults;
    private readonly string _pointer;

    private ObjectReader(string pointer, ValidationFaultList faults) => (_pointer, _faults) = (pointer, faults);

    /// <returns>Null, with a fault noted, when <paramref name="element"/> isn't an object.</returns>
    public static ObjectReader? Open(JsonElement element, string pointer, ValidationFaultList faults, params ReadOnlySpan<string> known)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            faults.Add(pointer, ValidationFaultCodes.Type, "Must be an object.");
            return null;
        }

        var reader = new ObjectReader(pointer, faults);
        foreach (var property in element.EnumerateObject())
        {
            var name = property.Name;
            if (!known.Contains(name))
                faults.Add(reader.PointerTo(name), ValidationFaultCodes.Unknown, $"There is no property \"{Spelling.Shorten(name)}\" here.{Spelling.Suggest(name, known)}");
            else if (!reader._properties.TryAdd(name, property.Value))
                faults.Add(reader.PointerTo(name), ValidationFaultCodes.Duplicate, $"\"{name}\" is given more than once.");
        }

        return reader;
    }

    public bool Has(string name) => _properties.ContainsKey(name);

    public string PointerTo(string name) => JsonPointer.Append(_pointer, name);

    public void Fault(string name, string code, string detail) => _faults.Add(PointerTo(name), code, detail);

    /// <summary>Notes that a property is missing.</summary>
    public void Missing(string name) => Fault(name, ValidationFaultCodes.Required, $"\"{name}\" is required.");

    /// <summary>A property as it stands, or null when absent; absence of a required one is noted.</summary>
    public JsonElement? Element(string name, bool required)
    {
        if (_properties.TryGetValue(name, out var value))
            return value;
        if (required)
            Missing(name);
        return null;
    }

    public string? Text(string name, TextRule rule, bool required = false) =>
        Element(name, required) is { } value ? rule.Read(value, PointerTo(name), _faults) : null;

    public long? Integer(string name, long min, long max, bool required = false)
    {
        if (Element(name, required) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Number)
            Fault(name, ValidationFaultCodes.Type, "Must be an integer.");
        else if (value.GetRawText().AsSpan().ContainsAny(".eE"))
            Fault(name, ValidationFaultCodes.Type, "Must be an integer, written without fraction and exponent.");
        else if (!value.TryGetInt64(out var number) || number < min || number > max)
            Fault(name, ValidationFaultCodes.Range, string.Create(CultureInfo.InvariantCulture, $"Must be from {min} to {max}."));
        else
            return number;
        return null;
    }

    public ObjectReader? Child(string name, params ReadOnlySpan<string> known) =>
        _properties.TryGetValue(name, out var value) ? Open(value, PointerTo(name), _faults, known) : null;

    /// <summary>The items of an array with their pointers; none when absent. Of one that is too long, none.</summary>
    public IEnumerable<(JsonElement Item, string Pointer)> Items(string name, int min, int max, bool required = false)
    {
        if (Element(name, required) is not { } value)
            return [];
        var pointer = PointerTo(name);
        if (value.ValueKind != JsonValueKind.Array)
        {
            _faults.Add(pointer, ValidationFaultCodes.Type, "Must be an array.");
            return [];
        }

        var count = value.GetArrayLength();
        if (count < min || count > max)
        {
            _faults.Add(pointer, ValidationFaultCodes.Range, string.Create(CultureInfo.InvariantCulture, $"Must have {min} to {max} items; it has {count}."));
            return [];
        }

        return value.EnumerateArray().Select((item, index) => (item, JsonPointer.Append(pointer, index)));
    }

    /// <summary>An array of texts; faults are noted and leave their item out.</summary>
    public IReadOnlyList<string> Texts(string name, int min, int max, TextRule rule, bool required = false) =>
        [.. Items(name, min, max, required).Select(x => rule.Read(x.Item, x.Pointer, _faults)).OfType<string>()];
}

/// <summary>Builds JSON pointers (RFC 6901).</summary>
internal static class JsonPointer
{
    public static string Append(string pointer, string name) =>
        $"{pointer}/{Spelling.Shorten(name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public static string Append(string pointer, int index) => string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}");
}
