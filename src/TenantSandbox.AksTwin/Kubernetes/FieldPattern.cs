namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Selects parts of an object: <c>a.b</c> a field of a field, <c>a|b</c> both fields, <c>a[*]</c> each item of a list, <c>*</c> each
/// value of a map, the empty pattern the object itself.
/// </summary>
internal sealed class FieldPattern(string text)
{
    private readonly (string[] Names, bool Each)[] _steps =
        [.. text.Split('.', StringSplitOptions.RemoveEmptyEntries).Select(s => (s.Replace("[*]", "").Split('|'), s.EndsWith(']')))];

    /// <summary>
    /// The selected parts with their paths in the notation of error messages. A missing field of an existing parent gives null.
    /// </summary>
    public IEnumerable<(JsonNode? Value, string Path)> Match(JsonNode? value, string path)
    {
        IEnumerable<(JsonNode? Value, string Path)> matches = [(value, path)];
        foreach (var (names, each) in _steps)
        {
            matches = matches.SelectMany(m => m.Value is JsonObject parent ? Fields(parent, m.Path, names) : []);
            if (each)
            {
                matches = matches.SelectMany(m => (m.Value as JsonArray ?? []).Select((item, i) => (item, $"{m.Path}[{i}]")));
            }
        }

        return matches;
    }

    /// <summary>The selected objects, collected before the caller changes any of them.</summary>
    public List<JsonObject> MatchObjects(JsonObject json) => [.. Match(json, "").Select(m => m.Value).OfType<JsonObject>()];

    private static IEnumerable<(JsonNode? Value, string Path)> Fields(JsonObject parent, string path, string[] names) => names is ["*"]
        ? parent.Select(p => (p.Value, $"{path}[{p.Key}]"))
        : names.Select(name => (parent[name], path.Length == 0 ? name : $"{path}.{name}"));
}
