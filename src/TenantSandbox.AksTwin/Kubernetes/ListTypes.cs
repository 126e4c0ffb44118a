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

    /// <summary>What a strategic merge keys a list by; it knows one key only.</summary>
    public static string? StrategicKey(string parent, string field) => field == "taints" ? "key" : Keys(parent, field)?.FirstOrDefault();

    public static bool IsAtomic(string field) => field is "selector" or "podSelector" or "namespaceSelector" or "labelSelector" or "nodeSelector"
        or "fieldRef" or "resourceFieldRef" or "configMapKeyRef" or "secretKeyRef" or "configMapRef" or "secretRef" or "scheduling" or "involvedObject";

    /// <summary>The path element of an item: <c>k:{"name":"x"}</c> for keyed lists, <c>v:"x"</c> for sets.</summary>
    public static string Element(string[] keys, JsonNode? item)
    {
        if (keys.Length == 0)
            return $"v:{item?.ToJsonString()}";
        var key = new JsonObject();
        foreach (var name in keys.Order(StringComparer.Ordinal))
        {
            var value = item.At(name)?.DeepClone() ?? (name == "protocol" ? "TCP" : null);
            if (value is not null)
                key[name] = value;
        }

        return $"k:{key.ToJsonString()}";
    }

    public static int IndexOf(JsonArray list, string[] keys, string element)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (Element(keys, list[i]) == element)
                return i;
        }

        return -1;
    }
}
