namespace TenantSandbox.AksTwin;

/// <summary>Short ways through JSON objects whose parts may be missing.</summary>
internal static class Json
{
    /// <summary>An object as its JSON reads: <c>Json.Of($$"""{"name":{{name}}}""")</c>. Properties that are null are left out.</summary>
    public static JsonObject Of(JsonTemplate template) => From(template.ToString());

    public static JsonObject From(string json) => (JsonObject)Parse(Encoding.UTF8.GetBytes(json), keepsNulls: false)!;

    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            node = (node as JsonObject)?[step];
        }

        return node;
    }

    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue v && v.TryGetValue<string>(out var s) ? s : null;

    public static long? Number(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue v ? v.TryGetValue<long>(out var l) ? l : v.TryGetValue<int>(out var i) ? i : null : null;

    public static bool? Flag(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue v && v.TryGetValue<bool>(out var b) ? b : null;

    public static JsonObject? Object(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) as JsonObject;

    /// <summary>The objects in an array; none when there is no array.</summary>
    public static IEnumerable<JsonObject> Items(this JsonNode? node, params ReadOnlySpan<string> path) =>
        (node.At(path) as JsonArray)?.OfType<JsonObject>() ?? [];

    public static IEnumerable<string> Texts(this JsonNode? node, params ReadOnlySpan<string> path) =>
        (node.At(path) as JsonArray)?.Select(n => n.Text() ?? "") ?? [];

    /// <summary>The object's properties whose values are text.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Pairs(this JsonNode? node, params ReadOnlySpan<string> path) =>
        from property in node.Object(path) ?? []
        where property.Value is not null
        select KeyValuePair.Create(property.Key, property.Value.Text() ?? property.Value!.ToJsonString());

    /// <summary>The object at a path, made where it is missing.</summary>
    public static JsonObject Ensure(this JsonObject node, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            if (node[step] is not JsonObject next)
            {
                node[step] = next = [];
            }

            node = next;
        }

        return node;
    }

    public static JsonArray EnsureArray(this JsonObject node, string name)
    {
        if (node[name] is not JsonArray array)
        {
            node[name] = array = [];
        }

        return array;
    }

    /// <summary>Sets a property, or takes it away for null; what belongs to another object is copied.</summary>
    public static void Put(this JsonObject node, string name, JsonNode? value)
    {
        if (value is null)
        {
            node.Remove(name);
        }
        else
        {
            node[name] = value.Parent is null ? value : value.DeepClone();
        }
    }

    /// <summary>Makes some properties those of another object, also where it lacks them.</summary>
    public static void PutAll(this JsonObject node, JsonObject? from, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            node.Put(name, from?[name]);
        }
    }

    /// <summary>Changes a list; an empty one is as good as none.</summary>
    public static void Change(this JsonObject node, string name, Action<JsonArray> change)
    {
        var list = node[name]?.DeepClone() as JsonArray ?? [];
        change(list);
        node.Put(name, list.Count > 0 ? list : null);
    }

    public static void Default(this JsonObject node, string name, JsonNode value)
    {
        if (node[name] is null)
        {
            node[name] = value;
        }
    }

    /// <summary>A count where zero is left out.</summary>
    public static long? Some(long count) => count > 0 ? count : null;

    public static JsonObject Copy(this JsonObject node) => (JsonObject)node.DeepClone();

    public static JsonObject ToJson(this IEnumerable<KeyValuePair<string, string>> pairs) =>
        new(pairs.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));

    public static JsonArray ToJson(this IEnumerable<JsonNode> nodes) => new([.. nodes]);

    public static string Stamp(this DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static DateTimeOffset? Time(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.Text(path) is { } s && DateTimeOffset.TryParse(s, CultureInfo.InvariantCulture, out var t) ? t : null;

    /// <summary>Parses a request's JSON strictly: no name twice, and no text that isn't Unicode.</summary>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8, bool keepsNulls = true)
    {
        var reader = new Utf8JsonReader(utf8);
        try
        {
            reader.Read();
            var node = Build(ref reader, keepsNulls);
            return reader.Read() ? throw new JsonException("There is more after the end.") : node;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    /// <summary>Nodes that hold their values, unlike JsonNode's own, which decode theirs each time that they are read.</summary>
    private static JsonNode? Build(ref Utf8JsonReader reader, bool keepsNulls)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var map = new JsonObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    if (Build(ref reader, keepsNulls) is var value && (keepsNulls || value is not null))
                    {
                        map.Add(name, value);
                    }
                }

                return map;
            case JsonTokenType.StartArray:
                var list = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Add(Build(ref reader, keepsNulls));
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
