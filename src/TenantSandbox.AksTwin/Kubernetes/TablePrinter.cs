namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Builds the Table responses that <c>kubectl get</c> prints.</summary>
internal static class TablePrinter
{
    /// <summary>Serializes one object, as a Table if the request prefers it.</summary>
    public static byte[] Render(ApiRequest call, StoredObject item, DateTimeOffset now) => !call.WantsTable ? item.ToDocument()
        : JsonSerializer.SerializeToUtf8Bytes(CreateTable(call, [item], now, new() { ["resourceVersion"] = $"{item.Revision}" }));

    public static JsonObject CreateTable(ApiRequest call, IEnumerable<StoredObject> items, DateTimeOffset now, JsonObject meta)
    {
        var columns = TableColumns.Of(call.Kind!);
        var definitions = columns.Select(c => JsonTemplate.Fill($$"""
            {"name":{{c.Name}},"type":{{c.Type}},"format":{{(c.Name == "Name" ? "name" : "")}},"description":{{c.Name}},
            "priority":{{(c.IsWide ? 1 : 0)}} }
            """));
        var rows = items.Select(item => JsonTemplate.Fill($$"""
            {"cells":{{columns.Select(c => Cell(c, item.Json, now))}},
            "object":{{(call.GetQuery("includeObject") == "Object" ? JsonNode.Parse(item.ToDocument()) : MetadataOf(item))}} }
            """));
        return JsonTemplate.Fill($$"""
            {"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{{meta}},"columnDefinitions":{{definitions}},"rows":{{rows}} }
            """);
    }

    /// <summary>Nothing but an object's metadata.</summary>
    public static JsonObject MetadataOf(StoredObject item) => JsonTemplate.Fill($$"""
        {"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{{item.Json["metadata"]}} }
        """);

    private static JsonNode Cell(TableColumn column, JsonObject item, DateTimeOffset now) =>
        !column.IsTime ? column.Value(item) ?? "<none>"
        : FormatAge(column.Value(item).GetTime(), column.Until?.Invoke(item).GetTime() ?? now);

    /// <summary>Formats an age as kubectl does.</summary>
    private static string FormatAge(DateTimeOffset? since, DateTimeOffset now)
    {
        return (now - since) switch
        {
            null => "<unknown>",
            { Ticks: < 0 } => "0s",
            { TotalMinutes: < 2 } age => Format(age.TotalSeconds, "s"),
            { TotalMinutes: < 10 } age => Format(age.TotalMinutes, "m", age.Seconds, "s"),
            { TotalHours: < 3 } age => Format(age.TotalMinutes, "m"),
            { TotalHours: < 8 } age => Format(age.TotalHours, "h", age.Minutes, "m"),
            { TotalHours: < 48 } age => Format(age.TotalHours, "h"),
            { TotalDays: < 8 } age => Format(age.TotalDays, "d", age.Hours, "h"),
            { } age => Format(age.TotalDays, "d"),
        };

        static string Format(double count, string unit, int rest = 0, string smaller = "") =>
            $"{(int)count}{unit}" + (rest == 0 ? "" : $"{rest}{smaller}");
    }
}
