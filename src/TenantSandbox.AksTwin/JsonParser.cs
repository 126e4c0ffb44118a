namespace TenantSandbox.AksTwin;

/// <summary>Parses JSON strictly: duplicate property names and unpaired UTF-16 surrogates are errors.</summary>
internal static class JsonParser
{
    /// <exception cref="JsonException">The text is not one JSON value, repeats a property name or isn't valid Unicode.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8, bool keepNulls = true)
    {
        var reader = new Utf8JsonReader(utf8);
        try
        {
            reader.Read();
            var node = Build(ref reader, keepNulls);
            return reader.Read() ? throw new JsonException("Unexpected content after the JSON value.") : node;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    /// <summary>Builds nodes that hold decoded values; those of JsonNode.Parse decode the text again at every read.</summary>
    private static JsonNode? Build(ref Utf8JsonReader reader, bool keepNulls)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var map = new JsonObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    if (Build(ref reader, keepNulls) is var value && (keepNulls || value is not null))
                    {
                        map.Add(name, value);
                    }
                }

                return map;
            case JsonTokenType.StartArray:
                var list = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Add(Build(ref reader, keepNulls));
                }

                return list;
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.True or JsonTokenType.False:
                return reader.GetBoolean();
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var number) ? number : JsonValue.Create(JsonElement.ParseValue(ref reader));
            default:
                return null;
        }
    }
}
