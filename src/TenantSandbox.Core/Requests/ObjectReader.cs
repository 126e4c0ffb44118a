using System.Globalization;
using System.Text.Json;

namespace TenantSandbox.Core.Requests;

/// <summary>
/// Reads one JSON object strictly: an unknown or repeated property is a validation fault. Reading continues after a fault, so
/// that all of them are reported at once.
/// </summary>
internal sealed class ObjectReader
{
    private readonly Dictionary<string, JsonElement> _properties = new(StringComparer.Ordinal);
    private readonly ValidationFaultList _faults;
    private readonly string _pointer;

    private ObjectReader(string pointer, ValidationFaultList faults) => (_pointer, _faults) = (pointer, faults);

    /// <returns>Null, with a validation fault added, when <paramref name="element"/> isn't an object.</returns>
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
            {
                faults.Add(reader.PointerTo(name), ValidationFaultCodes.Unknown, $"Unknown property \"{Spelling.Shorten(name)}\".{Spelling.Suggest(name, known)}");
            }
            else if (!reader._properties.TryAdd(name, property.Value))
            {
                faults.Add(reader.PointerTo(name), ValidationFaultCodes.Duplicate, $"\"{name}\" occurs more than once.");
            }
        }

        return reader;
    }

    public bool Has(string name) => _properties.ContainsKey(name);

    public string PointerTo(string name) => JsonPointer.Append(_pointer, name);

    public void AddFault(string name, string code, string detail) => _faults.Add(PointerTo(name), code, detail);

    /// <summary>Adds the validation fault of a missing property.</summary>
    public void AddMissing(string name) => AddFault(name, ValidationFaultCodes.Required, $"\"{name}\" is required.");

    /// <summary>A property's value; null when absent, with a validation fault if it is required.</summary>
    public JsonElement? Element(string name, bool required)
    {
        if (_properties.TryGetValue(name, out var value))
        {
            return value;
        }

        if (required)
        {
            AddMissing(name);
        }

        return null;
    }

    public string? Text(string name, TextRule rule, bool required = false) =>
        Element(name, required) is { } value ? rule.Read(value, PointerTo(name), _faults) : null;

    public long? Integer(string name, long min, long max, bool required = false)
    {
        if (Element(name, required) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            AddFault(name, ValidationFaultCodes.Type, "Must be an integer.");
        }
        else if (value.GetRawText().AsSpan().ContainsAny(".eE"))
        {
            AddFault(name, ValidationFaultCodes.Type, "Must be an integer without fraction or exponent.");
        }
        else if (!value.TryGetInt64(out var number) || number < min || number > max)
        {
            AddFault(name, ValidationFaultCodes.Range, string.Create(CultureInfo.InvariantCulture, $"Must be from {min} to {max}."));
        }
        else
        {
            return number;
        }

        return null;
    }

    public ObjectReader? Child(string name, params ReadOnlySpan<string> known) =>
        _properties.TryGetValue(name, out var value) ? Open(value, PointerTo(name), _faults, known) : null;

    /// <summary>The items of an array with their pointers; none when it is absent or too long.</summary>
    public IEnumerable<(JsonElement Item, string Pointer)> Items(string name, int min, int max, bool required = false)
    {
        if (Element(name, required) is not { } value)
        {
            return [];
        }

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

    /// <summary>The valid strings of an array; a validation fault is added for every other item.</summary>
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
