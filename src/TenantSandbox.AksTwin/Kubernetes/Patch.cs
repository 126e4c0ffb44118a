using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>JSON merge patch, and the strategic merge that kubectl uses for built-in kinds.</summary>
internal static class Patch
{
    public static JsonObject Merge(JsonObject target, JsonObject patch)
    {
        var result = target.Copy();
        foreach (var (name, value) in patch)
        {
            if (value is null)
                result.Remove(name);
            else
                result[name] = value is JsonObject o ? Merge(result[name] as JsonObject ?? [], o) : value.DeepClone();
        }

        return result;
    }

    public static JsonObject Strategic(JsonObject target, JsonObject patch, string field = "")
    {
        if (patch.Text("$patch") == "replace")
        {
            var whole = patch.Copy();
            whole.Remove("$patch");
            return whole;
        }

        var result = patch.Text("$patch") == "delete" ? [] : target.Copy();
        if (patch["$retainKeys"] is JsonArray retain)
        {
            foreach (var name in result.Select(p => p.Key).Except(retain.Select(n => n.Text() ?? "")).ToList())
                result.Remove(name);
        }

        foreach (var (name, value) in patch)
        {
            const string FromPrimitives = "$deleteFromPrimitiveList/";
            if (name.StartsWith(FromPrimitives, StringComparison.Ordinal) && result[name[FromPrimitives.Length..]] is JsonArray primitives)
                primitives.RemoveAll(p => ((JsonArray)value!).Any(v => JsonNode.DeepEquals(p, v)));
            else if (name[0] == '$')
                continue;
            else if (value is null)
                result.Remove(name);
            else if (value is JsonObject o)
                result[name] = Strategic(result[name] as JsonObject ?? [], o, name);
            else if (value is JsonArray list && ListTypes.StrategicKey(field, name) is { } key)
                result[name] = Lists(result[name] as JsonArray ?? [], list, key, name);
            else if (value is JsonArray set && name == "finalizers")
                result[name] = (result[name] as JsonArray ?? []).Concat(set).Select(n => n.Text()!).Distinct().Select(s => (JsonNode)s).ToJson();
            else
                result[name] = value.DeepClone();
        }

        return result;
    }

    private static JsonArray Lists(JsonArray target, JsonArray patch, string key, string field)
    {
        var result = (JsonArray)target.DeepClone();
        foreach (var item in patch.OfType<JsonObject>())
        {
            if (item[key] is not { } id)
                throw StatusException.BadRequest($"unable to find api field: each item of \"{field}\" in a strategic merge patch needs \"{key}\"");
            var at = result.ToList().FindIndex(i => JsonNode.DeepEquals(i.At(key), id));
            if (item.Text("$patch") == "delete")
            {
                if (at >= 0)
                    result.RemoveAt(at);
            }
            else if (at >= 0)
            {
                result[at] = Strategic((JsonObject)result[at]!, item, field);
            }
            else
            {
                result.Add(item.DeepClone());
            }
        }

        return result;
    }
}
