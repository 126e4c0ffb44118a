namespace TenantSandbox.AksTwin;

/// <summary>
/// Reads properties of a JSON tree by path. A path that is missing or leads to another JSON type gives null or an empty sequence.
/// </summary>
internal static class JsonReading
{
    public static JsonNode? GetNode(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            node = (node as JsonObject)?[step];
        }

        return node;
    }

    public static string? GetString(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.GetNode(path) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static long? GetInteger(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.GetNode(path) is not JsonValue value ? null
            : value.TryGetValue<long>(out var number) ? number
            : value.TryGetValue<int>(out var small) ? small
            : null;

    public static bool? GetBoolean(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.GetNode(path) is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    public static JsonObject? GetObject(this JsonNode? node, params ReadOnlySpan<string> path) => node.GetNode(path) as JsonObject;

    /// <summary>The objects in an array; other items are skipped.</summary>
    public static IEnumerable<JsonObject> GetObjects(this JsonNode? node, params ReadOnlySpan<string> path) =>
        (node.GetNode(path) as JsonArray)?.OfType<JsonObject>() ?? [];

    public static IEnumerable<string> GetStrings(this JsonNode? node, params ReadOnlySpan<string> path) =>
        (node.GetNode(path) as JsonArray)?.Select(n => n.GetString() ?? "") ?? [];

    /// <summary>The properties of an object that aren't null; a value that isn't a string is given as JSON.</summary>
    public static IEnumerable<KeyValuePair<string, string>> GetStringMap(this JsonNode? node, params ReadOnlySpan<string> path) =>
        from property in node.GetObject(path) ?? []
        where property.Value is not null
        select KeyValuePair.Create(property.Key, property.Value.GetString() ?? property.Value!.ToJsonString());

    public static DateTimeOffset? GetTime(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.GetString(path) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : null;
}
