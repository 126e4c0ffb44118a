using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.PodTemplates;

/// <summary>Navigates a template's JSON. Items that were not accepted are null in it, and are passed over.</summary>
internal static class PodNodes
{
    /// <summary>Containers and init containers, with their pointers.</summary>
    public static IEnumerable<(JsonObject Container, string Pointer)> AllContainers(JsonObject pod, string pointer) =>
        Containers(pod, pointer, "containers").Concat(Containers(pod, pointer, "initContainers"));

    /// <summary>The containers of one list, with their pointers.</summary>
    public static IEnumerable<(JsonObject Container, string Pointer)> Containers(JsonObject pod, string pointer, string list) =>
        Items(pod, list).Select(i => (i.Value, JsonPointer.Append(JsonPointer.Append(pointer, list), i.Index)));

    /// <summary>The objects of a list, with their positions; none when it is absent.</summary>
    public static IEnumerable<(int Index, JsonObject Value)> Items(JsonObject parent, string list) =>
        ((parent[list] as JsonArray)?.Index() ?? []).Where(i => i.Item is JsonObject).Select(i => (i.Index, i.Item!.AsObject()));

    /// <summary>A string; null when it is absent.</summary>
    public static string? Text(JsonNode? parent, string name) => parent?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>An integer; null when it is absent.</summary>
    public static long? Integer(JsonNode? parent, string name) => parent?[name] is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;

    /// <summary>The items of a list whose value of a property isn't new, with their pointers.</summary>
    public static IEnumerable<string> Repeated(JsonObject parent, string pointer, string list, Func<JsonObject, object?> key)
    {
        var seen = new HashSet<object>();
        foreach (var (index, value) in Items(parent, list))
        {
            if (key(value) is { } found && !seen.Add(found))
            {
                yield return JsonPointer.Append(JsonPointer.Append(pointer, list), index);
            }
        }
    }
}
