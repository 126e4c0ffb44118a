using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TenantSandbox.Infrastructure.Tests.Rules;

/// <summary>What must hold for a template and all templates nested in it.</summary>
internal static partial class TemplateRules
{
    private static readonly string[] Values = ["parameters", "outputs"];
    private static readonly string[] Described = [.. Values, "resources"];

    /// <summary>Parameters, outputs and resources without a description.</summary>
    public static IEnumerable<string> Undescribed(JsonObject template) =>
        from t in All(template)
        from kind in Described
        from entry in Entries(t.Template, kind)
        where entry.Value!["existing"] is null && string.IsNullOrWhiteSpace((string?)entry.Value["metadata"]?["description"])
        select $"{t.Path}: {kind} {entry.Key}";

    /// <summary>Parameters of the template itself that accept values which can't be right.</summary>
    /// <param name="template">The template.</param>
    /// <param name="choices">Parameters with a fixed list of values.</param>
    public static IEnumerable<string> Unbounded(JsonObject template, params string[] choices) =>
        Entries(template, "parameters")
            .Where(p => (string?)p.Value!["type"] == "int" && p.Value["minValue"] is null && p.Value["allowedValues"] is null).Select(p => $"{p.Key} has no least value")
            .Concat(choices.Where(c => template["parameters"]?[c]?["allowedValues"] is null).Select(c => $"{c} has no list of values"));

    /// <summary>Secrets that are passed around, which no part of this deployment needs.</summary>
    public static IEnumerable<string> Secrets(JsonObject template) =>
        from t in All(template)
        from kind in Values
        from entry in Entries(t.Template, kind)
        where IsSecret(entry.Value!) || (kind == "outputs" && MayBeSecret(entry.Key, entry.Value!))
        select $"{t.Path}: {kind} {entry.Key} may be a secret";

    /// <summary>Resources whose type has a preview version, other than those that are listed.</summary>
    public static IEnumerable<string> Previews(JsonObject template, params string[] allowed) => All(template)
        .SelectMany(t => Entries(t.Template, "resources"))
        .Where(r => ((string?)r.Value!["apiVersion"])?.Contains("preview", StringComparison.Ordinal) == true && !allowed.Contains((string?)r.Value["type"]))
        .Select(r => $"{r.Key} has version {r.Value!["apiVersion"]}").Distinct();

    private static bool IsSecret(JsonNode value) => ((string?)value["type"])?.StartsWith("secure", StringComparison.OrdinalIgnoreCase) == true;

    private static bool MayBeSecret(string name, JsonNode output) =>
        SecretFunction().IsMatch(output["value"]?.ToJsonString() ?? "") || SecretName().IsMatch(name);

    private static IEnumerable<(string Path, JsonObject Template)> All(JsonObject template, string path = "main") =>
        Entries(template, "resources").SelectMany(r => Nested(r.Value!) is { } nested ? All(nested, $"{path}/{r.Key}") : []).Prepend((path, template));

    // The properties of other resources may be an expression, which is a text.
    private static JsonObject? Nested(JsonNode resource) => (resource["properties"] as JsonObject)?["template"] as JsonObject;

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Entries(JsonObject template, string kind) => template[kind] switch
    {
        JsonObject map => map,
        JsonArray list => list.Select((r, i) => KeyValuePair.Create($"{i}", r)),
        _ => [],
    };

    [GeneratedRegex(@"\blist[A-Z]\w*\(")]
    private static partial Regex SecretFunction();

    [GeneratedRegex("key$|secret$|password|connectionstring$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
