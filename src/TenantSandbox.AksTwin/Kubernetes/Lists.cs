using System.Text;
using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Lists, by selectors and in pages. A continued list shows the state of its first page, as etcd's snapshots do.</summary>
internal static class Lists
{
    public static IEnumerable<StoredObject> Select(ObjectStore store, ApiCall call) => Filter(call, store.List(call.Kind!, call.Namespace));

    public static Answer Answer(ObjectStore store, ApiCall call, AnswerForm form, DateTimeOffset now)
    {
        var limit = (int)Math.Min(call.Number("limit") ?? 0, int.MaxValue - 1);
        var revision = store.Revision;
        var items = store.List(call.Kind!, call.Namespace);
        if (call.Text("continue") is { Length: > 0 } token)
        {
            (revision, var after) = Read(token);
            items = At(store, call, revision).Where(o => string.CompareOrdinal(Place(o), after) > 0);
        }

        var selected = Filter(call, items).ToList();
        var page = limit > 0 && selected.Count > limit ? selected[..limit] : selected;
        var more = page.Count < selected.Count ? Convert.ToBase64String(Encoding.UTF8.GetBytes($"{revision}\n{Place(page[^1])}")) : null;
        if (form == AnswerForm.Json)
            return new(200, Document(call.Kind!, page, revision, more, selected.Count - page.Count));
        var table = Tables.Of(call.Kind!, page, now, revision, call.Text("includeObject"));
        if (more is not null)
            table.Ensure("metadata")["continue"] = more;
        return new(200, Encoding.UTF8.GetBytes(table.ToJsonString()));
    }

    public static byte[] Document(ResourceKind kind, List<StoredObject> items, long revision, string? more, int remaining)
    {
        using var buffer = new MemoryStream(items.Sum(i => i.Utf8.Length + 1) + 256);
        var paging = more is null ? "" : $",\"continue\":\"{more}\",\"remainingItemCount\":{remaining}";
        buffer.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"{kind.Kind}List\",\"apiVersion\":\"{kind.ApiVersion}\",\"metadata\":{{\"resourceVersion\":\"{revision}\"{paging}}},\"items\":["));
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                buffer.WriteByte((byte)',');
            buffer.Write(items[i].Utf8);
        }

        buffer.Write("]}"u8);
        return buffer.ToArray();
    }

    private static IEnumerable<StoredObject> Filter(ApiCall call, IEnumerable<StoredObject> items)
    {
        var labels = LabelSelector.Parse(call.Text("labelSelector"));
        var fields = FieldSelector.Parse(call.Kind!, call.Text("fieldSelector"));
        return items.Where(o => (labels.IsEmpty || labels.Matches(o.Json.Object("metadata", "labels"))) && (fields.IsEmpty || fields.Matches(o.Json)));
    }

    /// <summary>The kind's objects as they were: the log of changes, walked back.</summary>
    private static IEnumerable<StoredObject> At(ObjectStore store, ApiCall call, long revision)
    {
        var changes = store.Since(call.Kind!, revision).ToList();
        var items = store.List(call.Kind!).ToDictionary(o => o.Key);
        for (var i = changes.Count - 1; i >= 0; i--)
        {
            if (changes[i].Before is { } before)
                items[changes[i].Key] = before;
            else
                items.Remove(changes[i].Key);
        }

        return items.Values.Where(o => call.Namespace.Length == 0 || o.Key.Namespace == call.Namespace)
            .OrderBy(o => o.Key.Namespace, StringComparer.Ordinal).ThenBy(o => o.Key.Name, StringComparer.Ordinal);
    }

    private static string Place(StoredObject item) => $"{item.Key.Namespace}\t{item.Key.Name}";

    private static (long Revision, string After) Read(string token)
    {
        try
        {
            var parts = Encoding.UTF8.GetString(Convert.FromBase64String(token)).Split('\n', 2);
            return (long.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), parts[1]);
        }
        catch (Exception e) when (e is FormatException or IndexOutOfRangeException or OverflowException)
        {
            throw StatusException.BadRequest("continue key is not valid: it must be the one that the list's last page gave");
        }
    }
}

/// <summary>The scale subresource.</summary>
internal static class Scale
{
    public static JsonObject Of(StoredObject live) => new()
    {
        ["kind"] = "Scale",
        ["apiVersion"] = "autoscaling/v1",
        ["metadata"] = ((string[])["name", "namespace", "uid", "resourceVersion", "creationTimestamp"]).Select(f => KeyValuePair.Create(f, live.Json.Text("metadata", f) ?? "")).ToJson(),
        ["spec"] = new JsonObject { ["replicas"] = live.Json.Number("spec", "replicas") ?? 0 },
        ["status"] = new JsonObject { ["replicas"] = live.Json.Number("status", "replicas") ?? 0 },
    };

    public static JsonObject Set(StoredObject live, JsonObject scale)
    {
        var json = live.Edit();
        json.Ensure("spec")["replicas"] = scale.Number("spec", "replicas") ?? 0;
        json.Ensure("metadata")["resourceVersion"] = scale.Text("metadata", "resourceVersion") ?? "";
        return json;
    }
}
