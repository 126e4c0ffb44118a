using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A set of field paths in the form of <c>fieldsV1</c>: a tree whose marked nodes are the members.</summary>
internal sealed class FieldSet
{
    private static readonly FieldSet Empty = new();

    public bool IsMember { get; set; }

    public SortedDictionary<string, FieldSet> Children { get; } = new(StringComparer.Ordinal);

    public bool IsEmpty => !IsMember && Children.Count == 0;

    public FieldSet Find(string element) => Children.GetValueOrDefault(element) ?? Empty;

    public static FieldSet Parse(JsonObject? fieldsV1)
    {
        var set = new FieldSet();
        foreach (var (element, child) in fieldsV1 ?? [])
        {
            if (element == ".")
                set.IsMember = true;
            else
                set.Children[element] = child is JsonObject { Count: > 0 } o ? Parse(o) : new FieldSet { IsMember = true };
        }

        return set;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (IsMember && Children.Count > 0)
            json["."] = new JsonObject();
        foreach (var (element, child) in Children)
            json[element] = child.ToJson();
        return json;
    }

    /// <summary>Every field that a value sets.</summary>
    public static FieldSet Of(JsonNode? value, string field = "", string parent = "")
    {
        var set = new FieldSet();
        if (value is JsonObject { Count: > 0 } map && !ListTypes.IsAtomic(field))
        {
            foreach (var (name, child) in map)
                set.Children[$"f:{name}"] = Of(child, name, field);
        }
        else if (value is JsonArray { Count: > 0 } list && ListTypes.Keys(parent, field) is { } keys)
        {
            foreach (var item in list)
            {
                var child = keys.Length == 0 ? new() : Of(item, field, field);
                child.IsMember = true;
                set.Children[ListTypes.Element(keys, item)] = child;
            }
        }
        else
        {
            set.IsMember = true;
        }

        return set;
    }

    /// <summary>What differs: fields that <paramref name="b"/> adds or changes, and fields that only <paramref name="a"/> has.</summary>
    public static void Compare(JsonNode? a, JsonNode? b, FieldSet changed, FieldSet removed, string field = "", string parent = "")
    {
        if (a is JsonObject x && b is JsonObject y && !ListTypes.IsAtomic(field))
        {
            foreach (var name in x.Select(p => p.Key).Union(y.Select(p => p.Key)))
                Child($"f:{name}", x[name], y[name], name, field);
        }
        else if (a is JsonArray or null && b is JsonArray or null && ListTypes.Keys(parent, field) is { } keys)
        {
            var old = (a as JsonArray ?? []).GroupBy(i => ListTypes.Element(keys, i)).ToDictionary(g => g.Key, g => g.First());
            var now = (b as JsonArray ?? []).GroupBy(i => ListTypes.Element(keys, i)).ToDictionary(g => g.Key, g => g.First());
            foreach (var element in old.Keys.Union(now.Keys))
                Child(element, old.GetValueOrDefault(element), now.GetValueOrDefault(element), field, field);
        }
        else if (!JsonNode.DeepEquals(a, b))
        {
            changed.IsMember = true;
        }

        void Child(string element, JsonNode? from, JsonNode? to, string name, string above)
        {
            if (from is null && to is not null)
                changed.Children[element] = Of(to, name, above).Marked(element);
            else if (from is not null && to is null)
                removed.Children[element] = Of(from, name, above).Marked(element);
            else if (from is not null)
            {
                FieldSet c = new(), r = new();
                Compare(from, to, c, r, name, above);
                if (!c.IsEmpty)
                    changed.Children[element] = c;
                if (!r.IsEmpty)
                    removed.Children[element] = r;
            }
        }
    }

    public FieldSet Union(FieldSet other) => Combine(other, static (a, b) => a || b);

    public FieldSet Except(FieldSet other) => Combine(other, static (a, b) => a && !b);

    public FieldSet Intersect(FieldSet other) => Combine(other, static (a, b) => a && b);

    /// <summary>The members as people write them: <c>.spec.containers[name="x"].image</c>.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (IsMember && prefix.Length > 0)
            yield return prefix;
        foreach (var (element, child) in Children)
        {
            var step = element[..2] switch
            {
                "f:" => $".{element[2..]}",
                "k:" => $"[{string.Join(',', ((JsonObject)JsonNode.Parse(element[2..])!).Select(p => $"{p.Key}={p.Value!.ToJsonString()}"))}]",
                _ => $"[={element[2..]}]",
            };
            foreach (var path in child.Paths(prefix + step))
                yield return path;
        }
    }

    private FieldSet Marked(string element)
    {
        IsMember |= element[0] != 'f';
        return this;
    }

    private FieldSet Combine(FieldSet other, Func<bool, bool, bool> keep)
    {
        var result = new FieldSet { IsMember = keep(IsMember, other.IsMember) };
        foreach (var element in Children.Keys.Union(other.Children.Keys))
        {
            var child = Find(element).Combine(other.Find(element), keep);
            if (!child.IsEmpty)
                result.Children[element] = child;
        }

        return result;
    }
}
