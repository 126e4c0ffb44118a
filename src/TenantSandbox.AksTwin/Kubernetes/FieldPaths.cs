using System.Collections.Immutable;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Sets of field paths, whose elements are those of <c>fieldsV1</c>, each preceded by a separator. A path denotes a leaf value, an
/// item of an associative list, or an empty map or associative list.
/// </summary>
internal static class FieldPaths
{
    /// <summary>JSON escapes it, so no element contains it; it sorts a path directly before its descendants.</summary>
    private const char Separator = '\n';

    public static readonly ImmutableSortedSet<string> None = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Identity and server-written fields have no owner.</summary>
    private static readonly HashSet<string> Unowned = [.. ((string[])
    [
        "name", "namespace", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "uid", "generation",
        "generateName", "managedFields", "resourceVersion",
    ]).Select(field => $"\nf:metadata\nf:{field}"), "", "\nf:apiVersion", "\nf:kind", "\nf:metadata"];

    public static ImmutableSortedSet<string> Parse(JsonObject? fieldsV1) => ToSet(ReadPaths(fieldsV1, ""));

    public static JsonObject ToFieldsV1(ImmutableSortedSet<string> paths)
    {
        var json = new JsonObject();
        for (var i = 0; i < paths.Count; i++)
        {
            var last = paths[i].Split(Separator)[1..].Aggregate(json, (node, element) => node.EnsureObject(element));
            if (i + 1 < paths.Count && IsWithin(paths[i + 1], paths[i]))
            {
                last["."] = new JsonObject();
            }
        }

        return json;
    }

    /// <summary>All fields that an object sets.</summary>
    public static ImmutableSortedSet<string> FieldsOf(JsonObject json) => ToSet(Ownable(Collect(json)));

    /// <summary>The fields that <paramref name="to"/> adds or changes, and those that only <paramref name="from"/> has.</summary>
    public static (ImmutableSortedSet<string> Changed, ImmutableSortedSet<string> Removed) Compare(JsonObject from, JsonObject to)
    {
        var (old, now) = (Collect(from), Collect(to));
        return (
            ToSet(Ownable(now).Where(path => !old.TryGetValue(path, out var was) || Differ(was, now[path]))),
            ToSet(Ownable(old).Where(path => !now.ContainsKey(path))));

        static bool Differ(Field was, Field field) => (was.IsAtomic || field.IsAtomic) && !JsonNode.DeepEquals(was.Node, field.Node);
    }

    /// <summary>
    /// Removes fields, the containers that become empty, and the named fields above them with whatever defaults they have left, except what is
    /// still owned (structured-merge-diff, <c>EnsureNamedFieldsAreMembers</c>): a probe whose fields are gone doesn't leave its defaults.
    /// </summary>
    public static void Remove(JsonObject json, IEnumerable<string> removed, ImmutableSortedSet<string> owned)
    {
        var fields = Collect(json);
        foreach (var path in removed.Reverse())
        {
            var current = path;
            while (fields.TryGetValue(current, out var field) && !owned.Any(o => o == current || IsWithin(o, current))
                && (current == path || IsNamed(current) || field.Node is JsonObject { Count: 0 } or JsonArray { Count: 0 }))
            {
                if (field.Node?.Parent is JsonObject map)
                {
                    map.Remove(field.Node.GetPropertyName());
                }
                else if (field.Node?.Parent is JsonArray list)
                {
                    list.Remove(field.Node);
                }

                current = current[..Math.Max(0, current.LastIndexOf(Separator))];
            }
        }
    }

    /// <summary>A path in the notation of messages: <c>.spec.containers[name="x"].image</c>.</summary>
    public static string ToDisplayText(string path) => string.Concat(path.Split(Separator)[1..].Select(element => element[..2] switch
    {
        "f:" => $".{element[2..]}",
        "k:" => $"[{string.Join(',', JsonTemplate.Parse(element[2..]).Select(p => $"{p.Key}={p.Value!.ToJsonString()}"))}]",
        _ => $"[={element[2..]}]",
    }));

    private static ImmutableSortedSet<string> ToSet(IEnumerable<string> paths) => paths.ToImmutableSortedSet(StringComparer.Ordinal);

    private static bool IsNamed(string path) => !Unowned.Contains(path) && path.AsSpan(path.LastIndexOf(Separator) + 1).StartsWith("f:");

    private static bool IsWithin(string path, string above) =>
        path.Length > above.Length && path[above.Length] == Separator && path.StartsWith(above, StringComparison.Ordinal);

    private static IEnumerable<string> Ownable(Dictionary<string, Field> fields) =>
        fields.Where(f => f.Value.IsOwnable && !Unowned.Contains(f.Key)).Select(f => f.Key);

    private static IEnumerable<string> ReadPaths(JsonObject? fieldsV1, string path) => (fieldsV1 ?? []).SelectMany(f =>
        f.Key == "." ? [path]
        : f.Value is JsonObject { Count: > 0 } below ? ReadPaths(below, $"{path}{Separator}{f.Key}")
        : [$"{path}{Separator}{f.Key}"]);

    private static Dictionary<string, Field> Collect(JsonObject json)
    {
        var fields = new Dictionary<string, Field>(StringComparer.Ordinal);
        Walk(json, "", "", "", isItem: false);
        return fields;

        void Walk(JsonNode? node, string path, string name, string parent, bool isItem)
        {
            var map = ObjectMerge.IsAtomic(name) ? null : node as JsonObject;
            var keys = ObjectMerge.ListKeys(parent, name);
            var list = keys is null || isItem ? null : node as JsonArray;
            fields[path] = new(node, isItem || (map?.Count ?? list?.Count ?? 0) == 0, map is null && list is null);
            foreach (var (field, value) in map ?? [])
            {
                Walk(value, $"{path}{Separator}f:{field}", field, name, false);
            }

            foreach (var item in list ?? [])
            {
                Walk(item, $"{path}{Separator}{ObjectMerge.ListElement(keys!, item)}", name, name, true);
            }
        }
    }

    /// <param name="IsOwnable">Whether the field can be owned; a non-empty container can't.</param>
    /// <param name="IsAtomic">Whether it is always replaced as a whole.</param>
    private readonly record struct Field(JsonNode? Node, bool IsOwnable, bool IsAtomic);
}
