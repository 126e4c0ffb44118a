namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Fills in defaults, and combines them.</summary>
internal static class DefaultRules
{
    /// <summary>Adds fields that an object lacks, recursively; an empty string counts as missing.</summary>
    public static void Fill(JsonObject json, JsonObject fields)
    {
        foreach (var (name, value) in fields)
        {
            if (json[name] is null || json[name].GetString() == "")
            {
                json[name] = value?.DeepClone();
            }
            else if (json[name] is JsonObject inner && value is JsonObject more)
            {
                Fill(inner, more);
            }
        }
    }

    /// <summary>Combines defaults; each applies to the objects that its pattern matches, in order.</summary>
    public static Action<JsonObject> ForParts(params (string Pattern, Action<JsonObject> Fill)[] table)
    {
        var defaults = table.Select(d => (Pattern: new FieldPattern(d.Pattern), d.Fill)).ToArray();
        return json => Array.ForEach(defaults, d => d.Pattern.MatchObjects(json).ForEach(d.Fill));
    }

    public static Action<JsonObject> Always(string fields) => When(_ => true, fields);

    public static Action<JsonObject> When(Predicate<JsonObject> condition, string fields)
    {
        var parsed = JsonTemplate.Parse(fields);
        return part => Fill(part, condition(part) ? parsed : []);
    }
}
