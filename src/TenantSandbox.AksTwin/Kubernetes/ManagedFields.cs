using System.Collections.Immutable;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Field ownership: server-side apply with conflicts and removals, and the tracking of other writes.</summary>
internal static class ManagedFields
{
    private sealed record Entry(string Manager, bool IsApply, string ApiVersion, ImmutableSortedSet<string> Fields, string? Time)
    {
        /// <summary>The manager as conflict messages name it.</summary>
        public string Title => $"\"{Manager}\"" + (IsApply ? "" : $" using {ApiVersion}" + (Time is null ? "" : $" at {Time}"));

        public JsonObject ToJson() => JsonTemplate.Fill($$"""
            {"manager":{{Manager}},"operation":{{(IsApply ? "Apply" : "Update")}},"apiVersion":{{ApiVersion}},"time":{{Time}},
            "fieldsType":"FieldsV1","fieldsV1":{{FieldPaths.ToFieldsV1(Fields)}} }
            """);
    }

    /// <summary>Merges an applied configuration into the live object and removes fields that the manager no longer applies.</summary>
    /// <exception cref="StatusException">
    /// 409: another manager owns a field with another value, and <paramref name="force"/> is false.
    /// </exception>
    public static JsonObject Apply(
        ResourceKind kind, JsonObject live, JsonObject applied, string manager, bool force, DateTimeOffset now)
    {
        var (own, others) = Read(kind, live, manager, isApply: true);
        var fields = FieldPaths.FieldsOf(applied);
        var merged = ObjectMerge.Apply(live, applied);
        FieldPaths.Remove(merged, own.Fields.Except(fields), others.Aggregate(fields, (owned, other) => owned.Union(other.Fields)));
        // The live object has defaults; without them here, an atomic list would always differ.
        Defaults.Apply(kind, merged);
        var (changed, removed) = FieldPaths.Compare(live, merged);
        var conflicts = others
            .SelectMany(o => o.Fields.Intersect(changed).Select(path => (o.Title, FieldPaths.ToDisplayText(path))))
            .ToList();
        if (conflicts.Count > 0 && !force)
        {
            throw StatusException.ApplyConflict(conflicts);
        }

        Write(merged, own, fields, others, changed.Union(removed), now);
        return merged;
    }

    /// <summary>Assigns the fields that a write other than apply changes to its manager.</summary>
    public static void Track(ResourceKind kind, JsonObject live, JsonObject written, string manager, DateTimeOffset now)
    {
        var (own, others) = Read(kind, live, manager, isApply: false);
        var (changed, removed) = FieldPaths.Compare(live, written);
        Write(written, own, own.Fields.Union(changed).Except(removed), others, changed.Union(removed), now);
    }

    private static (Entry Own, List<Entry> Others) Read(ResourceKind kind, JsonObject json, string manager, bool isApply)
    {
        var entries = json.GetObjects("metadata", "managedFields").ToLookup(
            e => e.GetString("manager") == manager && e.GetString("operation") == "Apply" == isApply,
            e => new Entry(e.GetString("manager") ?? "", e.GetString("operation") == "Apply", e.GetString("apiVersion") ?? "",
                FieldPaths.Parse(e.GetObject("fieldsV1")), e.GetString("time")));
        return (entries[true].FirstOrDefault() ?? new(manager, isApply, kind.ApiVersion, FieldPaths.None, null), [.. entries[false]]);
    }

    /// <summary>Updates managedFields. A write without changes keeps its time, so that the object stays equal and isn't stored.</summary>
    private static void Write(
        JsonObject json, Entry own, ImmutableSortedSet<string> fields, List<Entry> others, ImmutableSortedSet<string> touched,
        DateTimeOffset now)
    {
        var time = touched.IsEmpty && own.Fields.SetEquals(fields) ? own.Time : now.ToTimestamp();
        var entries = others.Select(o => o with { Fields = o.Fields.Except(touched) }).Append(own with { Fields = fields, Time = time })
            .Where(e => !e.Fields.IsEmpty)
            .OrderBy(e => e.IsApply ? 0 : 1).ThenBy(e => e.Time, StringComparer.Ordinal).ThenBy(e => e.Manager, StringComparer.Ordinal)
            .Select(e => e.ToJson()).ToJson();
        json.EnsureObject("metadata").Remove("managedFields");
        if (entries.Count > 0)
        {
            json.EnsureObject("metadata")["managedFields"] = entries;
        }
    }
}
