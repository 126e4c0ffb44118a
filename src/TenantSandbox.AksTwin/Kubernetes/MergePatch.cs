using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>JSON merge patch (RFC 7396), which a strategic merge patch equals as long as it holds neither lists nor directives.</summary>
internal static class MergePatch
{
    public static JsonObject Of(JsonObject target, JsonObject patch)
    {
        var result = target.Copy();
        foreach (var (name, value) in patch)
        {
            if (value is null)
                result.Remove(name);
            else
                result[name] = value is JsonObject inner ? Of(result[name] as JsonObject ?? [], inner) : value.DeepClone();
        }

        return result;
    }

    public static bool IsPlain(JsonNode? patch) => patch switch
    {
        JsonArray => false,
        JsonObject fields => fields.All(f => !f.Key.StartsWith('$') && IsPlain(f.Value)),
        _ => true,
    };
}
