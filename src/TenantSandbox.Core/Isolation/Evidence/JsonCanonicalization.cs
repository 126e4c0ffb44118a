using System.Globalization;
using System.Text;
using System.Text.Json;

namespace TenantSandbox.Core.Isolation.Evidence;

/// <summary>
/// The JSON Canonicalization Scheme (RFC 8785): equal values have equal bytes, so that they can be hashed and signed. Properties are sorted
/// by UTF-16 code units, numbers are written as ECMAScript does, and only what JSON demands is escaped.
/// </summary>
public static class JsonCanonicalization
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The canonical form of a value, in UTF-8.</summary>
    /// <exception cref="JsonException">
    /// The value has no canonical form: a property name twice in one object, an unpaired surrogate, or a number beyond the range of a double.
    /// </exception>
    public static byte[] Canonicalize(JsonElement value)
    {
        var text = new StringBuilder();
        Append(value, text);
        return Utf8.GetBytes(text.ToString());
    }

    private static void Append(JsonElement value, StringBuilder text)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                AppendObject(value, text);
                break;
            case JsonValueKind.Array:
                text.Append('[');
                var isFirst = true;
                foreach (var item in value.EnumerateArray())
                {
                    text.Append(isFirst ? "" : ",");
                    isFirst = false;
                    Append(item, text);
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                AppendString(TextOf(value), text);
                break;
            case JsonValueKind.Number:
                text.Append(EcmaScriptNumber.Format(value.GetDouble()));
                break;
            case JsonValueKind.True:
            case JsonValueKind.False:
                text.Append(value.GetBoolean() ? "true" : "false");
                break;
            case JsonValueKind.Null:
                text.Append("null");
                break;
            default:
                throw new JsonException("An undefined value has no canonical form.");
        }
    }

    private static void AppendObject(JsonElement value, StringBuilder text)
    {
        var properties = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            var name = NameOf(property);
            if (!properties.TryAdd(name, property.Value))
            {
                throw new JsonException($"The property \"{name}\" appears twice in one object.");
            }
        }

        text.Append('{');
        var isFirst = true;
        foreach (var (name, item) in properties)
        {
            text.Append(isFirst ? "" : ",");
            isFirst = false;
            AppendString(name, text);
            text.Append(':');
            Append(item, text);
        }

        text.Append('}');
    }

    private static void AppendString(string content, StringBuilder text)
    {
        text.Append('"');
        foreach (var c in content)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }

    // The parser reports an escaped surrogate without its pair only when the text is read.
    private static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("A string contains an unpaired UTF-16 surrogate.", e);
        }
    }

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("A property name contains an unpaired UTF-16 surrogate.", e);
        }
    }
}
