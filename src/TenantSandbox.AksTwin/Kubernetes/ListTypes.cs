using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Which lists merge by key and which maps are replaced whole, as the API's <c>x-kubernetes-list-type</c> and <c>-map-type</c> say.
/// Field names are distinct enough within the served kinds that a field and its parent decide.
/// </summary>
internal static class ListTypes
{
    /// <summary>The keys of an associative list; empty for a set; null for a list that is replaced whole.</summary>
    public static string[]? Keys(string parent, string field) => field switch
    {
        "containers" or "initContainers" or "ephemeralContainers" or "volumes" or "env" or "imagePullSecrets" or "secrets" => ["name"],
        "ports" when parent is "spec" => ["port", "protocol"],
        "ports" when parent is "containers" or "initContainers" => ["containerPort", "protocol"],
        "volumeMounts" => ["mountPath"],
        "volumeDevices" => ["devicePath"],
        "conditions" => ["type"],
        "ownerReferences" => ["uid"],
        "hostAliases" => ["ip"],
        "topologySpreadConstraints" => ["topologyKey", "whenUnsatisfiable"],
        "finalizers" => [],
        _ => null,
    };

    public static bool IsAtomic(string field) => field is "selector" or "podSelector" or "namespaceSelector" or "labelSelector" or "nodeSelector"
        or "fieldRef" or "resourceFieldRef" or "configMapKeyRef" or "secretKeyRef" or "configMapRef" or "secretRef" or "scheduling" or "involvedObject";

    /// <summary>The path element of an item: <c>k:{"name":"x"}</c> for keyed lists, <c>v:"x"</c> for sets.</summary>
    public static string Element(string[] keys, JsonNode? item)
    {
        if (keys.Length == 0)
            return $"v:{item?.ToJsonString()}";
        var values = keys.Select(k => KeyValuePair.Create(k, item.At(k)?.DeepClone() ?? (k == "protocol" ? "TCP" : null)));
        return $"k:{new JsonObject(values.Where(v => v.Value is not null)).ToJsonString()}";
    }

    /// <summary>Puts one value over another: maps and associative lists merge, anything else is replaced.</summary>
    public static JsonNode? Merge(JsonNode? live, JsonNode? applied, string field = "", string parent = "")
    {
        if (live is JsonObject from && applied is JsonObject over && !IsAtomic(field))
        {
            var merged = from.Copy();
            foreach (var (name, value) in over)
                merged[name] = Merge(from[name], value, name, field);
            return merged;
        }

        if (live is not JsonArray old || applied is not JsonArray list || Keys(parent, field) is not { } keys)
            return applied?.DeepClone();
        var known = old.ToLookup(i => Element(keys, i));
        var given = list.ToLookup(i => Element(keys, i));
        return new JsonArray(
        [
            .. list.Select(i => Merge(known[Element(keys, i)].FirstOrDefault(), i, field, field)),
            .. old.Where(i => !given.Contains(Element(keys, i))).Select(i => i?.DeepClone()),
        ]);
    }
}
