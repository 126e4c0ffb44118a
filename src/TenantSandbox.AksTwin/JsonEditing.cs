namespace TenantSandbox.AksTwin;

/// <summary>Changes JSON objects in place, and converts values to JSON.</summary>
internal static class JsonEditing
{
    /// <summary>Returns the object at a path; creates it, and the objects above it, if missing.</summary>
    public static JsonObject EnsureObject(this JsonObject node, params ReadOnlySpan<string> path)
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

    /// <summary>Sets a property, or removes it if the value is null. A value that belongs to another tree is copied.</summary>
    public static void SetOrRemove(this JsonObject node, string name, JsonNode? value)
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

    /// <summary>Copies the named properties from another object; removes those that it lacks.</summary>
    public static void CopyProperties(this JsonObject node, JsonObject? source, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            node.SetOrRemove(name, source?[name]);
        }
    }

    /// <summary>Edits a copy of an array and stores it; an array that ends up empty is removed.</summary>
    public static void EditArray(this JsonObject node, string name, Action<JsonArray> change)
    {
        var list = node[name]?.DeepClone() as JsonArray ?? [];
        change(list);
        node.SetOrRemove(name, list.Count > 0 ? list : null);
    }

    public static void SetDefault(this JsonObject node, string name, JsonNode value)
    {
        if (node[name] is null)
        {
            node[name] = value;
        }
    }

    /// <summary>For counts whose zero the API leaves out.</summary>
    public static long? NullIfZero(long count) => count > 0 ? count : null;

    public static JsonObject Copy(this JsonObject node) => (JsonObject)node.DeepClone();

    public static JsonObject ToJson(this IEnumerable<KeyValuePair<string, string>> pairs) =>
        new(pairs.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));

    public static JsonArray ToJson(this IEnumerable<JsonNode> nodes) => new([.. nodes]);

    public static string ToTimestamp(this DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
