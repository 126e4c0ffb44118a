using System.Collections.Immutable;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Fields of an object as paths whose elements are those of <c>fieldsV1</c>, each after a separator. A path stands for a value, for an
/// item of an associative list, or for a map or such a list that is empty.
/// </summary>
internal static class FieldPaths
{
    /// <summary>No element holds it, for JSON escapes it, and it sorts a path right before what lies below.</summary>
    private const char Separator = '\n';

    public static readonly ImmutableSortedSet<string> None = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>What names an object, and what the server alone writes: nobody owns it.</summary>
    private static readonly HashSet<string> Unowned = [.. ((string[])
    [
        "name", "namespace", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "uid", "generation",
        "generateName", "managedFields", "resourceVersion",
    ]).Select(field => $"\nf:metadata\nf:{field}"), "", "\nf:apiVersion", "\nf:kind", "\nf:metadata"];

    public static ImmutableSortedSet<string> Parse(JsonObject? fieldsV1) => Set(Read(fieldsV1, ""));

    public static JsonObject ToFieldsV1(ImmutableSortedSet<string> paths)
    {
        var json = new JsonObject();
        for (var i = 0; i < paths.Count; i++)
        {
            var last = paths[i].Split(Separator)[1..].Aggregate(json, (node, element) => node.Ensure(element));
            if (i + 1 < paths.Count && IsWithin(paths[i + 1], paths[i]))
            {
                last["."] = new JsonObject();
            }
        }

        return json;
    }

    /// <summary>Every field that an object sets.</summary>
    public static ImmutableSortedSet<string> Of(JsonObject json) => Set(Members(Walk(json)));

    /// <summary>Fields that <paramref name="to"/> adds or changes, and fields that only <paramref name="from"/> has.</summary>
    public static (ImmutableSortedSet<string> Changed, ImmutableSortedSet<string> Removed) Compare(JsonObject from, JsonObject to)
    {
        var (old, now) = (Walk(from), Walk(to));
        return (
            Set(Members(now).Where(path => !old.TryGetValue(path, out var was) || Differ(was, now[path]))),
            Set(Members(old).Where(path => !now.ContainsKey(path))));

        static bool Differ(Field was, Field field) => (was.IsWhole || field.IsWhole) && !JsonNode.DeepEquals(was.Node, field.Node);
    }

    /// <summary>Takes fields out of an object, and with them what they leave empty, sparing what somebody still holds.</summary>
    public static void Remove(JsonObject json, IEnumerable<string> gone, ImmutableSortedSet<string> held)
    {
        var fields = Walk(json);
        foreach (var path in gone.Reverse())
        {
            var at = path;
            while (fields.TryGetValue(at, out var field) && !held.Any(h => h == at || IsWithin(h, at))
                && (at == path || field.Node is JsonObject { Count: 0 } or JsonArray { Count: 0 }))
            {
                if (field.Node?.Parent is JsonObject map)
                {
                    map.Remove(field.Node.GetPropertyName());
                }
                else if (field.Node?.Parent is JsonArray list)
                {
                    list.Remove(field.Node);
                }

                at = at[..Math.Max(0, at.LastIndexOf(Separator))];
            }
        }
    }

    /// <summary>As people write it: <c>.spec.containers[name="x"].image</c>.</summary>
    public static string Text(string path) => string.Concat(path.Split(Separator)[1..].Select(element => element[..2] switch
    {
        "f:" => $".{element[2..]}",
        "k:" => $"[{string.Join(',', Json.From(element[2..]).Select(p => $"{p.Key}={p.Value!.ToJsonString()}"))}]",
        _ => $"[={element[2..]}]",
    }));

    private static ImmutableSortedSet<string> Set(IEnumerable<string> paths) => paths.ToImmutableSortedSet(StringComparer.Ordinal);

    private static bool IsWithin(string path, string above) =>
        path.Length > above.Length && path[above.Length] == Separator && path.StartsWith(above, StringComparison.Ordinal);

    private static IEnumerable<string> Members(Dictionary<string, Field> fields) =>
        fields.Where(f => f.Value.IsMember && !Unowned.Contains(f.Key)).Select(f => f.Key);

    private static IEnumerable<string> Read(JsonObject? fieldsV1, string path) => (fieldsV1 ?? []).SelectMany(f =>
        f.Key == "." ? [path]
        : f.Value is JsonObject { Count: > 0 } below ? Read(below, $"{path}{Separator}{f.Key}")
        : [$"{path}{Separator}{f.Key}"]);

    private static Dictionary<string, Field> Walk(JsonObject json)
    {
        var fields = new Dictionary<string, Field>(StringComparer.Ordinal);
        Walk(json, "", "", "", isItem: false);
        return fields;

        void Walk(JsonNode? node, string path, string name, string parent, bool isItem)
        {
            var map = Merging.IsAtomic(name) ? null : node as JsonObject;
            var keys = Merging.Keys(parent, name);
            var list = keys is null || isItem ? null : node as JsonArray;
            fields[path] = new(node, isItem || (map?.Count ?? list?.Count ?? 0) == 0, map is null && list is null);
            foreach (var (field, value) in map ?? [])
            {
                Walk(value, $"{path}{Separator}f:{field}", field, name, false);
            }

            foreach (var item in list ?? [])
            {
                Walk(item, $"{path}{Separator}{Merging.Element(keys!, item)}", name, name, true);
            }
        }
    }

    /// <param name="IsMember">Whether it is a field by itself, and doesn't just hold others.</param>
    /// <param name="IsWhole">Whether it is replaced as a whole, whatever it holds.</param>
    private readonly record struct Field(JsonNode? Node, bool IsMember, bool IsWhole);
}
