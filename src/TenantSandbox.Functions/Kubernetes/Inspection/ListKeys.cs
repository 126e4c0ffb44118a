using System.Text.Json.Nodes;

namespace TenantSandbox.Functions.Kubernetes.Inspection;

/// <summary>
/// The lists that server-side apply merges by key, of the objects that this system applies (the API's <c>x-kubernetes-list-map-keys</c>).
/// Every other list is owned and replaced as a whole.
/// </summary>
internal static class ListKeys
{
    private static readonly Dictionary<string, string[]> Keys = new(StringComparer.Ordinal)
    {
        ["containers"] = ["name"],
        ["initContainers"] = ["name"],
        ["env"] = ["name"],
        ["volumes"] = ["name"],
        ["volumeMounts"] = ["mountPath"],
        ["topologySpreadConstraints"] = ["topologyKey", "whenUnsatisfiable"],
        ["hostAliases"] = ["ip"],
    };

    /// <summary>The names of the keys; null for a list that is replaced as a whole.</summary>
    /// <param name="field">The list's field.</param>
    /// <param name="items">Its items.</param>
    public static string[]? Of(string field, JsonArray items) => field switch
    {
        // The ports of containers and of Services have one name and different keys. Those of network policies have none.
        "ports" when items.FirstOrDefault() is JsonObject first => first.ContainsKey("containerPort") ? ["containerPort", "protocol"]
            : first.ContainsKey("targetPort") ? ["port", "protocol"]
            : null,
        _ => Keys.GetValueOrDefault(field),
    };

    /// <summary>An item's keys as a step of a path, such as <c>[name=web]</c>.</summary>
    public static string Step(JsonObject item, IEnumerable<string> keys) =>
        Step(keys.Select(k => (k, item[k]?.ToString() ?? "")));

    public static string Step(IEnumerable<(string Name, string Value)> keys) =>
        $"[{string.Join(',', keys.OrderBy(k => k.Name, StringComparer.Ordinal).Select(k => $"{k.Name}={k.Value}"))}]";
}
