using System.Collections.Immutable;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Field ownership: server-side apply with its conflicts and removals, and the tracking of ordinary writes.</summary>
internal static class ManagedFields
{
    private sealed record Entry(string Manager, bool IsApply, string ApiVersion, ImmutableSortedSet<string> Fields, string? Time)
    {
        /// <summary>As conflict messages name the manager.</summary>
        public string Title => $"\"{Manager}\"" + (IsApply ? "" : $" using {ApiVersion}" + (Time is null ? "" : $" at {Time}"));

        public JsonObject ToJson() => Json.Of($$"""
            {"manager":{{Manager}},"operation":{{(IsApply ? "Apply" : "Update")}},"apiVersion":{{ApiVersion}},"time":{{Time}},
            "fieldsType":"FieldsV1","fieldsV1":{{FieldPaths.ToFieldsV1(Fields)}} }
            """);
    }

    /// <summary>Merges what a manager applies into the live object, and takes away what it applied before and no longer does.</summary>
    /// <exception cref="StatusException">409: another manager has another value, unless <paramref name="force"/>.</exception>
    public static JsonObject Apply(ResourceKind kind, JsonObject live, JsonObject applied, string manager, bool force, DateTimeOffset now)
    {
        var (mine, others) = Read(kind, live, manager, isApply: true);
        var fields = FieldPaths.Of(applied);
        var merged = Merging.Apply(live, applied);
        FieldPaths.Remove(merged, mine.Fields.Except(fields), others.Aggregate(fields, (held, other) => held.Union(other.Fields)));
        // Defaults are part of the live object: without them here, a list that is replaced as a whole would always look changed.
        Defaults.Apply(kind, merged);
        var (changed, removed) = FieldPaths.Compare(live, merged);
        var conflicts = others.SelectMany(o => o.Fields.Intersect(changed).Select(path => (o.Title, FieldPaths.Text(path)))).ToList();
        if (conflicts.Count > 0 && !force)
        {
            throw StatusException.ApplyConflict(conflicts);
        }

        Write(merged, mine, fields, others, changed.Union(removed), now);
        return merged;
    }

    /// <summary>Gives the fields that an ordinary write changed to its manager.</summary>
    public static void Track(ResourceKind kind, JsonObject live, JsonObject written, string manager, DateTimeOffset now)
    {
        var (mine, others) = Read(kind, live, manager, isApply: false);
        var (changed, removed) = FieldPaths.Compare(live, written);
        Write(written, mine, mine.Fields.Union(changed).Except(removed), others, changed.Union(removed), now);
    }

    private static (Entry Mine, List<Entry> Others) Read(ResourceKind kind, JsonObject json, string manager, bool isApply)
    {
        var entries = json.Items("metadata", "managedFields").ToLookup(
            e => e.Text("manager") == manager && e.Text("operation") == "Apply" == isApply,
            e => new Entry(e.Text("manager") ?? "", e.Text("operation") == "Apply", e.Text("apiVersion") ?? "",
                FieldPaths.Parse(e.Object("fieldsV1")), e.Text("time")));
        return (entries[true].FirstOrDefault() ?? new(manager, isApply, kind.ApiVersion, FieldPaths.None, null), [.. entries[false]]);
    }

    /// <summary>Writes down who owns what. A write that changes nothing keeps its time, so that nothing is stored.</summary>
    private static void Write(
        JsonObject json, Entry mine, ImmutableSortedSet<string> fields, List<Entry> others, ImmutableSortedSet<string> touched,
        DateTimeOffset now)
    {
        var time = touched.IsEmpty && mine.Fields.SetEquals(fields) ? mine.Time : now.Stamp();
        var entries = others.Select(o => o with { Fields = o.Fields.Except(touched) }).Append(mine with { Fields = fields, Time = time })
            .Where(e => !e.Fields.IsEmpty)
            .OrderBy(e => e.IsApply ? 0 : 1).ThenBy(e => e.Time, StringComparer.Ordinal).ThenBy(e => e.Manager, StringComparer.Ordinal)
            .Select(e => e.ToJson()).ToJson();
        json.Ensure("metadata").Remove("managedFields");
        if (entries.Count > 0)
        {
            json.Ensure("metadata")["managedFields"] = entries;
        }
    }
}
