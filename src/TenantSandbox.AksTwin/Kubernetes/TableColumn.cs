namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A column of a table: a time is printed as the age at <see cref="Until"/>, or now.</summary>
internal sealed record TableColumn(
    string Name, Func<JsonObject, JsonNode?> Value, string Type = "string", bool IsWide = false, bool IsTime = false)
{
    /// <summary>The end of a duration; null for now.</summary>
    public Func<JsonObject, JsonNode?>? Until { get; init; }

    public static TableColumn Text(string name, params string[] path) => new(name, o => o.GetString(path));

    public static TableColumn Wide(string name, Func<JsonObject, JsonNode?> value) => new(name, value, IsWide: true);

    public static TableColumn Count(string name, params string[] path) => new(name, o => o.GetInteger(path) ?? 0, "integer");
}
