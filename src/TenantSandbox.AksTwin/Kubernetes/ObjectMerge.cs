namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Merges objects: as a JSON merge patch (RFC 7396), or as server-side apply by <c>x-kubernetes-list-type</c> and
/// <c>x-kubernetes-map-type</c>. Within the supported kinds, the names of a field and its parent determine its type.
/// </summary>
internal static class ObjectMerge
{
    /// <summary>The keys of an associative list; empty for a set; null for an atomic list.</summary>
    public static string[]? ListKeys(string parent, string field) => field switch
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
        "matchConditions" or "variables" => ["name"],
        "finalizers" or "validationActions" => [],
        _ => null,
    };

    /// <summary>Whether a map is atomic, that is, replaced as a whole.</summary>
    public static bool IsAtomic(string field) => field is "selector" or "podSelector" or "namespaceSelector" or "labelSelector"
        or "nodeSelector" or "fieldRef" or "resourceFieldRef" or "configMapKeyRef" or "secretKeyRef" or "configMapRef" or "secretRef"
        or "involvedObject" or "matchConstraints" or "matchResources" or "paramKind" or "paramRef";

    /// <summary>The path element of an item: <c>k:{"name":"x"}</c> for keyed lists, <c>v:"x"</c> for sets.</summary>
    public static string ListElement(string[] keys, JsonNode? item)
    {
        if (keys.Length == 0)
        {
            return $"v:{item?.ToJsonString()}";
        }

        var values = keys.Select(k => KeyValuePair.Create(k, item.GetNode(k)?.DeepClone() ?? (k == "protocol" ? "TCP" : null)));
        return $"k:{new JsonObject(values.Where(v => v.Value is not null)).ToJsonString()}";
    }

    public static JsonObject Apply(JsonObject live, JsonObject applied) => (JsonObject)Merge(live, applied, byType: true)!;

    public static JsonObject Patch(JsonObject live, JsonObject patch) => (JsonObject)Merge(live, patch, byType: false)!;

    /// <summary>Whether a patch has neither lists nor directives; a strategic merge patch then equals a JSON merge patch.</summary>
    public static bool IsPlain(JsonNode? patch) =>
        patch is not JsonArray && (patch as JsonObject ?? []).All(field => !field.Key.StartsWith('$') && IsPlain(field.Value));

    private static JsonNode? Merge(JsonNode? live, JsonNode? patch, bool byType, string field = "", string parent = "")
    {
        if (patch is JsonObject fields && !(byType && IsAtomic(field)))
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

        if (!byType || live is not JsonArray old || patch is not JsonArray list || ListKeys(parent, field) is not { } keys)
        {
            return patch?.DeepClone();
        }

        var oldByKey = old.ToLookup(item => ListElement(keys, item));
        var newByKey = list.ToLookup(item => ListElement(keys, item));
        return new JsonArray(
        [
            .. list.Select(item => Merge(oldByKey[ListElement(keys, item)].FirstOrDefault(), item, byType, field, field)),
            .. old.Where(item => !newByKey.Contains(ListElement(keys, item))).Select(item => item?.DeepClone()),
        ]);
    }
}
