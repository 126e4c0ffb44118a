using System.Text.Json.Nodes;

namespace TenantSandbox.Functions.Kubernetes.Inspection;

/// <summary>
/// Compares the fields that are applied with what the API server has. Fields that are not applied don't matter: they are defaults and
/// status.
/// </summary>
internal static class FieldComparison
{
    private const int MaxValueLength = 60;

    // Values of these may be anything that the tenant's sender wrote.
    private static readonly string[] WithoutValues = [".env[", ".command", ".args", ".httpHeaders", ".annotations"];

    /// <summary>The differences, each with the field's path and a message.</summary>
    public static IEnumerable<(string Path, string Message)> Compare(JsonObject desired, JsonObject live) => Compare("", desired, live);

    private static IEnumerable<(string Path, string Message)> Compare(string path, JsonObject desired, JsonObject live)
    {
        foreach (var (name, value) in desired)
        {
            var next = path.Length == 0 ? name : $"{path}.{name}";
            foreach (var difference in Compare(next, name, value, live[name]))
            {
                yield return difference;
            }
        }
    }

    private static IEnumerable<(string Path, string Message)> Compare(string path, string name, JsonNode? desired, JsonNode? live) => (desired, live) switch
    {
        (null, _) => [],
        // An empty object or list says the same as none.
        (JsonObject { Count: 0 } or JsonArray { Count: 0 }, null) => [],
        // The API server leaves out what is zero, false or empty and no pointer, such as a probe's initial delay.
        (JsonValue value, null) when value.ToJsonString() is "0" or "false" or "\"\"" => [],
        (JsonObject fields, JsonObject found) => Compare(path, fields, found),
        (JsonArray items, JsonArray found) when ListKeys.Of(name, items) is { } keys => CompareByKey(path, keys, items, found),
        (JsonArray items, JsonArray found) => CompareInOrder(path, items, found),
        (_, null) => [(path, Describe(path, desired, null))],
        _ => Text(desired) == Text(live!) ? [] : [(path, Describe(path, desired, live))],
    };

    private static IEnumerable<(string Path, string Message)> CompareByKey(string path, string[] keys, JsonArray desired, JsonArray live)
    {
        var found = live.OfType<JsonObject>().ToLookup(i => ListKeys.Step(i, keys));
        foreach (var item in desired.OfType<JsonObject>())
        {
            var step = ListKeys.Step(item, keys);
            foreach (var difference in found[step].FirstOrDefault() is { } match ? Compare(path + step, item, match) : [(path + step, "is missing")])
            {
                yield return difference;
            }
        }
    }

    // Replaced as a whole, so the difference is one of the whole list.
    private static (string Path, string Message)[] CompareInOrder(string path, JsonArray desired, JsonArray live) =>
        desired.Count == live.Count && desired.Zip(live).All(p => !Compare(path, "", p.First, p.Second).Any()) ? [] : [(path, Describe(path, desired, live))];

    private static string Describe(string path, JsonNode desired, JsonNode? live) =>
        path.StartsWith("data.", StringComparison.Ordinal) || WithoutValues.Any(w => path.Contains(w, StringComparison.Ordinal)) ? live is null ? "is missing" : "differs"
        : live is null ? $"is missing, should be {Cut(desired)}"
        : $"is {Cut(live)}, should be {Cut(desired)}";

    private static string Cut(JsonNode node) => Text(node) is var text && text.Length <= MaxValueLength ? text : $"{text.AsSpan(0, MaxValueLength - 1)}…";

    // A port is a number in one form of IntOrString and a text in the other.
    private static string Text(JsonNode node) => node is JsonValue ? node.ToString() : node.ToJsonString();
}
