namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Says which parts of an object are meant: <c>a.b</c> is a field, met wherever <c>a</c> is, <c>a|b</c> both of two, <c>a[*]</c> each item
/// of a list, <c>*</c> each value of a map, and nothing the object itself.
/// </summary>
internal sealed class Pattern(string text)
{
    private readonly (string[] Names, bool Each)[] _steps =
        [.. text.Split('.', StringSplitOptions.RemoveEmptyEntries).Select(s => (s.Replace("[*]", "").Split('|'), s.EndsWith(']')))];

    /// <summary>The parts, each with its path as the API server's messages have it; a field that is missing is met as null.</summary>
    public IEnumerable<(JsonNode? Value, string Path)> Meet(JsonNode? value, string path)
    {
        IEnumerable<(JsonNode? Value, string Path)> met = [(value, path)];
        foreach (var (names, each) in _steps)
        {
            met = met.SelectMany(m => m.Value is JsonObject parent ? Fields(parent, m.Path, names) : []);
            if (each)
            {
                met = met.SelectMany(m => (m.Value as JsonArray ?? []).Select((item, i) => (item, $"{m.Path}[{i}]")));
            }
        }

        return met;
    }

    /// <summary>The parts that are objects, found before any of them changes.</summary>
    public List<JsonObject> Objects(JsonObject json) => [.. Meet(json, "").Select(m => m.Value).OfType<JsonObject>()];

    private static IEnumerable<(JsonNode? Value, string Path)> Fields(JsonObject parent, string path, string[] names) => names is ["*"]
        ? parent.Select(p => (p.Value, $"{path}[{p.Key}]"))
        : names.Select(name => (parent[name], path.Length == 0 ? name : $"{path}.{name}"));
}
