using System.Globalization;
using System.Text.Json;

namespace TenantSandbox.Core.Requests;

/// <summary>
/// Reads one JSON object strictly: an unknown or repeated property is a validation fault. Reading continues after a fault, so
/// that all of them are reported at once.
/// </summary>
internal sealed class ObjectReader
{
    // A decimal has 28 significant digits: a longer text could be rounded to an integer.
    private const int MaxFractionLength = 28;

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

    public long? Integer(string name, long min, long max, bool required = false) =>
        Element(name, required) is { } value ? ReadInteger(value, PointerTo(name), min, max, _faults) : null;

    /// <returns>Null, with a validation fault added, when the value isn't an integer within the bounds.</returns>
    public static long? ReadInteger(JsonElement value, string pointer, long min, long max, ValidationFaultList faults)
    {
        if (value.ValueKind != JsonValueKind.Number || !IsIntegral(value, out var number))
        {
            faults.Add(pointer, ValidationFaultCodes.Type, "Must be an integer.");
        }
        else if (number is not { } integer || integer < min || integer > max)
        {
            faults.Add(pointer, ValidationFaultCodes.Range, string.Create(CultureInfo.InvariantCulture, $"Must be from {min} to {max}."));
        }
        else
        {
            return integer;
        }

        return null;
    }

    public bool? Boolean(string name)
    {
        if (Element(name, required: false) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        AddFault(name, ValidationFaultCodes.Type, "Must be true or false.");
        return null;
    }

    /// <summary>
    /// Whether a JSON number has no fraction: 1, 1.0 and 10e-1 are the same number in JSON, and serializers of floating-point
    /// numbers write the second.
    /// </summary>
    /// <param name="value">A number.</param>
    /// <param name="number">Its value; null when it is integral, or so large that it must be, and doesn't fit 64 bits.</param>
    private static bool IsIntegral(JsonElement value, out long? number)
    {
        if (value.TryGetInt64(out var integer))
        {
            number = integer;
            return true;
        }

        // A decimal is exact up to 28 digits, and TryGetDecimal rounds beyond; whatever is larger is out of every range.
        number = null;
        var text = value.GetRawText();
        if (!text.AsSpan().ContainsAny(".eE"))
        {
            return true;
        }

        if (text.Length > MaxFractionLength || !value.TryGetDecimal(out var exact))
        {
            return value.TryGetDouble(out var approximate) && Math.Abs(approximate) > long.MaxValue;
        }

        // Beyond a decimal's scale, a fraction like 1e-40 is rounded to zero.
        if (exact != decimal.Truncate(exact) || (exact == 0 && text.AsSpan(0, text.AsSpan().IndexOfAny('e', 'E') is >= 0 and var end ? end : text.Length).ContainsAnyInRange('1', '9')))
        {
            return false;
        }

        number = exact is >= long.MinValue and <= long.MaxValue ? (long)exact : null;
        return true;
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
