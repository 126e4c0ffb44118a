namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// How one object is put over another: as JSON merge patch does (RFC 7396), and as apply does, by the API's
/// <c>x-kubernetes-list-type</c> and <c>x-kubernetes-map-type</c>. Field names are distinct enough within the served kinds that a
/// field and its parent decide.
/// </summary>
internal static class Merging
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

    public static bool IsAtomic(string field) => field is "selector" or "podSelector" or "namespaceSelector" or "labelSelector"
        or "nodeSelector" or "fieldRef" or "resourceFieldRef" or "configMapKeyRef" or "secretKeyRef" or "configMapRef" or "secretRef"
        or "involvedObject";

    /// <summary>The path element of an item: <c>k:{"name":"x"}</c> for keyed lists, <c>v:"x"</c> for sets.</summary>
    public static string Element(string[] keys, JsonNode? item)
    {
        if (keys.Length == 0)
        {
            return $"v:{item?.ToJsonString()}";
        }

        var values = keys.Select(k => KeyValuePair.Create(k, item.At(k)?.DeepClone() ?? (k == "protocol" ? "TCP" : null)));
        return $"k:{new JsonObject(values.Where(v => v.Value is not null)).ToJsonString()}";
    }

    public static JsonObject Apply(JsonObject live, JsonObject applied) => (JsonObject)Merge(live, applied, byType: true)!;

    public static JsonObject Patch(JsonObject live, JsonObject patch) => (JsonObject)Merge(live, patch, byType: false)!;

    /// <summary>Whether a patch holds neither lists nor directives, so that a strategic merge of it is no other than a plain one.</summary>
    public static bool IsPlain(JsonNode? patch) =>
        patch is not JsonArray && (patch as JsonObject ?? []).All(field => !field.Key.StartsWith('$') && IsPlain(field.Value));

    private static JsonNode? Merge(JsonNode? live, JsonNode? over, bool byType, string field = "", string parent = "")
    {
        if (over is JsonObject fields && !(byType && IsAtomic(field)))
        {
            var merged = (live as JsonObject)?.Copy() ?? [];
            foreach (var (name, value) in fields)
            {
                merged[name] = Merge(merged[name], value, byType, name, field);
            }

            foreach (var (name, _) in fields.Where(f => f.Value is null))
            {
                merged.Remove(name);
            }

            return merged;
        }

        if (!byType || live is not JsonArray old || over is not JsonArray list || Keys(parent, field) is not { } keys)
        {
            return over?.DeepClone();
        }

        var known = old.ToLookup(item => Element(keys, item));
        var given = list.ToLookup(item => Element(keys, item));
        return new JsonArray(
        [
            .. list.Select(item => Merge(known[Element(keys, item)].FirstOrDefault(), item, byType, field, field)),
            .. old.Where(item => !given.Contains(Element(keys, item))).Select(item => item?.DeepClone()),
        ]);
    }
}
