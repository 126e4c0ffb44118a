using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Who is writing, as field ownership sees it.</summary>
internal sealed record FieldManager(string Name, bool Apply, string ApiVersion, string Subresource = "");

/// <summary>Field ownership: server-side apply with its conflicts and removals, and the tracking of ordinary writes.</summary>
internal static class ManagedFields
{
    private sealed record Entry(FieldManager Manager, FieldSet Fields, string? Time)
    {
        /// <summary>As conflict messages name the manager.</summary>
        public string Title => $"\"{Manager.Name}\""
            + (Manager.Subresource.Length > 0 ? $" with subresource \"{Manager.Subresource}\"" : "")
            + (Manager.Apply ? "" : $" using {Manager.ApiVersion}" + (Time is null ? "" : $" at {Time}"));
    }

    /// <summary>Merges what a manager applies into the live object, and takes away what it applied before and no longer does.</summary>
    /// <exception cref="StatusException">409: another manager holds another value in one of the fields, unless <paramref name="force"/>.</exception>
    public static JsonObject Apply(ResourceKind kind, JsonObject live, JsonObject applied, FieldManager manager, bool force, DateTimeOffset now)
    {
        var entries = Read(live);
        var mine = entries.Find(e => e.Manager == manager);
        var others = entries.Where(e => e.Manager != manager).ToList();
        var fields = Strip(FieldSet.Of(applied));
        var merged = (JsonObject)Merge(live, applied)!;
        if (mine is not null)
        {
            var held = others.Aggregate(fields, (set, e) => set.Union(e.Fields));
            Prune(merged, mine.Fields.Except(fields), held);
        }

        // Defaults are part of the live object: without them here, a list that is replaced as a whole would always look changed.
        Defaults.Apply(kind, merged);
        FieldSet changed = new(), removed = new();
        FieldSet.Compare(live, merged, changed, removed);
        changed = Strip(changed);
        var conflicts = others.SelectMany(e => e.Fields.Intersect(changed).Paths().Select(p => (e.Title, p))).ToList();
        if (conflicts.Count > 0 && !force)
            throw StatusException.ApplyConflict(conflicts);
        var next = others.Select(e => e with { Fields = e.Fields.Except(changed).Except(removed) }).ToList();
        // An apply that changes nothing keeps its time, so that it writes nothing.
        var same = mine is not null && changed.IsEmpty && removed.IsEmpty && JsonNode.DeepEquals(mine.Fields.ToJson(), fields.ToJson());
        next.Add(new(manager, fields, same ? mine!.Time : now.Stamp()));
        Write(merged, next);
        return merged;
    }

    /// <summary>Gives the fields that an ordinary write changed to its manager.</summary>
    public static void Track(JsonObject? live, JsonObject written, FieldManager manager, DateTimeOffset now)
    {
        var entries = live is null ? [] : Read(live);
        FieldSet changed = new(), removed = new();
        FieldSet.Compare(live ?? [], written, changed, removed);
        changed = Strip(changed);
        removed = Strip(removed);
        var mine = entries.Find(e => e.Manager == manager);
        var next = entries.Where(e => e.Manager != manager).Select(e => e with { Fields = e.Fields.Except(changed).Except(removed) }).ToList();
        if (!changed.IsEmpty || mine is not null)
            next.Add(new(manager, (mine?.Fields ?? new()).Union(changed).Except(removed), changed.IsEmpty ? mine?.Time : now.Stamp()));
        Write(written, next);
    }

    private static List<Entry> Read(JsonObject json) =>
    [
        .. json.Items("metadata", "managedFields").Select(e => new Entry(
            new(e.Text("manager") ?? "", e.Text("operation") == "Apply", e.Text("apiVersion") ?? "", e.Text("subresource") ?? ""),
            FieldSet.Parse(e.Object("fieldsV1")),
            e.Text("time"))),
    ];

    private static void Write(JsonObject json, IEnumerable<Entry> entries)
    {
        var list = new JsonArray();
        foreach (var entry in entries.Where(e => !e.Fields.IsEmpty).OrderBy(e => e.Manager.Apply ? 0 : 1).ThenBy(e => e.Time, StringComparer.Ordinal).ThenBy(e => e.Manager.Name, StringComparer.Ordinal))
        {
            var item = new JsonObject
            {
                ["manager"] = entry.Manager.Name,
                ["operation"] = entry.Manager.Apply ? "Apply" : "Update",
                ["apiVersion"] = entry.Manager.ApiVersion,
                ["time"] = entry.Time,
                ["fieldsType"] = "FieldsV1",
                ["fieldsV1"] = entry.Fields.ToJson(),
            };
            if (entry.Manager.Subresource.Length > 0)
                item["subresource"] = entry.Manager.Subresource;
            list.Add(item);
        }

        json.Ensure("metadata").Remove("managedFields");
        if (list.Count > 0)
            json.Ensure("metadata")["managedFields"] = list;
    }

    /// <summary>Nobody owns what names the object or what the server alone writes.</summary>
    private static FieldSet Strip(FieldSet set)
    {
        set.Children.Remove("f:apiVersion");
        set.Children.Remove("f:kind");
        if (set.Children.TryGetValue("f:metadata", out var metadata))
        {
            foreach (var name in (string[])["name", "namespace", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "uid", "generation", "generateName", "managedFields", "resourceVersion"])
                metadata.Children.Remove($"f:{name}");
            metadata.IsMember = false;
            if (metadata.IsEmpty)
                set.Children.Remove("f:metadata");
        }

        return set;
    }

    private static JsonNode? Merge(JsonNode? live, JsonNode? applied, string field = "", string parent = "")
    {
        if (live is JsonObject a && applied is JsonObject b && !ListTypes.IsAtomic(field))
        {
            var merged = a.Copy();
            foreach (var (name, value) in b)
                merged[name] = Merge(a[name], value, name, field);
            return merged;
        }

        if (live is JsonArray x && applied is JsonArray y && ListTypes.Keys(parent, field) is { } keys)
        {
            var merged = new JsonArray();
            foreach (var item in y)
            {
                var at = ListTypes.IndexOf(x, keys, ListTypes.Element(keys, item));
                merged.Add(at < 0 ? item?.DeepClone() : Merge(x[at], item, field, field));
            }

            foreach (var item in x.Where(i => ListTypes.IndexOf(y, keys, ListTypes.Element(keys, i)) < 0))
                merged.Add(item?.DeepClone());
            return merged;
        }

        return applied?.DeepClone();
    }

    /// <summary>Removes <paramref name="gone"/> from a value, sparing what somebody still holds.</summary>
    private static void Prune(JsonNode? value, FieldSet gone, FieldSet held, string field = "", string parent = "")
    {
        foreach (var (element, child) in gone.Children)
        {
            var holds = held.Find(element);
            var name = element[0] == 'f' ? element[2..] : field;
            var keys = element[0] == 'f' ? null : ListTypes.Keys(parent, field);
            var index = value is JsonArray list && keys is not null ? ListTypes.IndexOf(list, keys, element) : -1;
            var target = value is JsonObject map && element[0] == 'f' ? map[name] : index >= 0 ? value![index] : null;
            if (target is null && index < 0)
                continue;
            if (!child.IsMember || !holds.IsEmpty)
            {
                Prune(target, child, holds, name, field);
                // What lost its last field goes too, as long as nobody holds the empty shell.
                if (!holds.IsEmpty || target is not (JsonObject { Count: 0 } or JsonArray { Count: 0 }))
                    continue;
            }

            if (index >= 0)
                ((JsonArray)value!).RemoveAt(index);
            else
                ((JsonObject)value!).Remove(name);
        }
    }
}
