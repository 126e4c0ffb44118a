using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin;

/// <summary>Short ways through JSON objects whose parts may be missing.</summary>
internal static class Json
{
    /// <summary>An object as its JSON reads: <c>Json.Of($$"""{"name":{{name}}}""")</c>. Properties that are null are left out.</summary>
    public static JsonObject Of(JsonTemplate template) => WithoutNulls((JsonObject)JsonNode.Parse(template.ToString())!);

    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
            node = (node as JsonObject)?[step];
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
                node[step] = next = [];
            node = next;
        }

        return node;
    }

    public static JsonArray EnsureArray(this JsonObject node, string name)
    {
        if (node[name] is not JsonArray array)
            node[name] = array = [];
        return array;
    }

    public static void Default(this JsonObject node, string name, JsonNode value)
    {
        if (node[name] is null)
            node[name] = value;
    }

    public static JsonObject Copy(this JsonObject node) => (JsonObject)node.DeepClone();

    public static JsonObject ToJson(this IEnumerable<KeyValuePair<string, string>> pairs) =>
        new(pairs.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));

    public static JsonArray ToJson(this IEnumerable<JsonNode> nodes) => new([.. nodes]);

    public static string Stamp(this DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static DateTimeOffset? Time(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.Text(path) is { } s && DateTimeOffset.TryParse(s, CultureInfo.InvariantCulture, out var t) ? t : null;

    /// <summary>Parses a request's JSON strictly: no name twice, and no text that isn't Unicode.</summary>
    public static JsonNode? Read(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var json = JsonNode.Parse(utf8, null, Strict);
            // Half a character, written as an escape, would show only when its text is read.
            if (utf8.IndexOf("\\u"u8) >= 0)
                json?.ToJsonString();
            return json;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    /// <summary>Parses a request's JSON object to the Kubernetes API.</summary>
    public static JsonObject Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return Read(utf8) as JsonObject
                ?? throw StatusException.BadRequest("couldn't get version/kind; json parse error: the body is not a JSON object");
        }
        catch (JsonException e)
        {
            throw StatusException.BadRequest($"couldn't get version/kind; json parse error: {e.Message}");
        }
    }

    private static JsonObject WithoutNulls(JsonObject json)
    {
        foreach (var (name, value) in json.ToList())
        {
            if (value is null)
                json.Remove(name);
            else if (value is JsonObject inner)
                WithoutNulls(inner);
        }

        return json;
    }

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };
}
