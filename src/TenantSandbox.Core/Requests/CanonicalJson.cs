using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests;

/// <summary>Writes JSON so that what means the same has the same text.</summary>
internal static class CanonicalJson
{
    /// <param name="content">The content.</param>
    /// <param name="nothingWhenEmpty">Names of objects that say nothing when they are empty, and are left out then.</param>
    /// <returns>Properties in ordinal order, without nulls; lists in their order.</returns>
    public static string Write(JsonObject content, string[] nothingWhenEmpty) => Sort(content, nothingWhenEmpty)!.ToJsonString();

    private static JsonNode? Sort(JsonNode? node, string[] nothingWhenEmpty) => node switch
    {
        JsonObject fields => new JsonObject(fields.OrderBy(f => f.Key, StringComparer.Ordinal)
            .Select(f => KeyValuePair.Create(f.Key, Sort(f.Value, nothingWhenEmpty)))
            .Where(f => f.Value is not null && !(f.Value is JsonObject { Count: 0 } && nothingWhenEmpty.Contains(f.Key)))),
        JsonArray items => new JsonArray([.. items.Select(i => Sort(i, nothingWhenEmpty))]),
        _ => node?.DeepClone(),
    };
}
