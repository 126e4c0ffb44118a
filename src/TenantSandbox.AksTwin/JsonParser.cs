namespace TenantSandbox.AksTwin;

/// <summary>Parses JSON strictly: unpaired UTF-16 surrogates are errors, and so are repeated property names unless the caller asks for them.</summary>
internal static class JsonParser
{
    /// <param name="duplicates">Receives the paths of repeated properties, of which the last one counts; null makes them errors.</param>
    /// <exception cref="JsonException">The text is not one JSON value, repeats a property name or isn't valid Unicode.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8, bool keepNulls = true, List<string>? duplicates = null)
    {
        var reader = new Utf8JsonReader(utf8);
        try
        {
            reader.Read();
            var node = Build(ref reader, keepNulls, duplicates, "");
            return reader.Read() ? throw new JsonException("Unexpected content after the JSON value.") : node;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    /// <summary>Builds nodes that hold decoded values; those of JsonNode.Parse decode the text again at every read.</summary>
    private static JsonNode? Build(ref Utf8JsonReader reader, bool keepNulls, List<string>? duplicates, string path)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var map = new JsonObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    var at = duplicates is null ? "" : path.Length == 0 ? name : $"{path}.{name}";
                    var value = Build(ref reader, keepNulls, duplicates, at);
                    if (duplicates is not null && map.Remove(name))
                    {
                        duplicates.Add(at);
                    }

                    if (keepNulls || value is not null)
                    {
                        map.Add(name, value);
                    }
                }

                return map;
            case JsonTokenType.StartArray:
                var list = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Add(Build(ref reader, keepNulls, duplicates, duplicates is null ? "" : $"{path}[{list.Count}]"));
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
