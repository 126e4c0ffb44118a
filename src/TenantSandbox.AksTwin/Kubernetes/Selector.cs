using System.Text.RegularExpressions;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>What of a kind a list or a watch asks for.</summary>
internal sealed class Selection(ApiCall call)
{
    private readonly LabelSelector _labels = LabelSelector.Parse(call.Text("labelSelector"));
    private readonly FieldSelector _fields = new(call.Kind!, call.Text("fieldSelector"));

    public bool Matches(StoredObject item) =>
        (_labels.IsEmpty || _labels.Matches(item.Json.Object("metadata", "labels"))) && (_fields.IsEmpty || _fields.Matches(item.Json));
}

/// <summary>A label selector, from a query or from an object's <c>matchLabels</c> and <c>matchExpressions</c>.</summary>
internal sealed partial class LabelSelector(IEnumerable<(string Key, string Operator, string[] Values)> terms)
{
    private readonly (string Key, string Operator, string[] Values)[] _terms = [.. terms];

    public bool IsEmpty => _terms.Length == 0;

    /// <summary>Parses the query form: <c>a=b,c!=d,e in (f,g),h notin (i),j,!k</c>.</summary>
    public static LabelSelector Parse(string text) => new(string.IsNullOrWhiteSpace(text) ? [] : Comma().Split(text).Select(part =>
        Term().Match(part.Trim()) is { Success: true } match ? Read(match.Groups)
            : throw StatusException.BadRequest($"unable to parse requirement: invalid label selector \"{text}\" near \"{part}\"")));

    public static LabelSelector From(JsonObject? selector) =>
        new([.. Equal(selector.Object("matchLabels")), .. Expressions(selector.Items("matchExpressions"))]);

    public static LabelSelector FromExpressions(IEnumerable<JsonObject> expressions) => new(Expressions(expressions));

    public static LabelSelector FromMap(JsonObject? map) => new(Equal(map));

    public bool Matches(JsonObject? labels) => Array.TrueForAll(_terms, term => (term.Operator, labels.Text(term.Key)) switch
    {
        ("In", var value) => value is not null && term.Values.Contains(value),
        ("NotIn", var value) => value is null || !term.Values.Contains(value),
        ("Exists", var value) => value is not null,
        ("DoesNotExist", var value) => value is null,
        _ => false,
    });

    private static (string, string, string[]) Read(GroupCollection term) => (
        term["key"].Value,
        term["operator"].Value switch { "=" or "==" or "in" => "In", "!=" or "notin" => "NotIn", "!" => "DoesNotExist", _ => "Exists" },
        [.. term["value"].Captures.Select(v => v.Value.Trim())]);

    private static IEnumerable<(string, string, string[])> Equal(JsonObject? map) =>
        map.Pairs().Select(p => (p.Key, "In", new[] { p.Value }));

    private static IEnumerable<(string, string, string[])> Expressions(IEnumerable<JsonObject> expressions) =>
        expressions.Select(e => (e.Text("key") ?? "", e.Text("operator") ?? "", e.Texts("values").ToArray()));

    [GeneratedRegex(@",(?![^(]*\))")]
    private static partial Regex Comma();

    [GeneratedRegex(@"^(?:(?<operator>!)\s*)?(?<key>[A-Za-z0-9]([\w./-]*[A-Za-z0-9])?)"
        + @"(?(operator)|(?:\s*(?<operator>==|=|!=)\s*(?<value>[\w.-]*)|\s+(?<operator>in|notin)\s*\((?<value>[\w.\s-]*)(,(?<value>[\w.\s-]*))*\))?)$")]
    private static partial Regex Term();
}

/// <summary>A field selector; only the fields that the API server knows for the kind are allowed.</summary>
internal sealed partial class FieldSelector(ResourceKind kind, string text)
{
    private readonly (string[] Path, bool IsEqual, string Value)[] _terms = [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part =>
    {
        var term = Term().Match(part);
        if (!term.Success)
            throw StatusException.BadRequest($"invalid selector: '{text}'; can't understand '{part}'");
        var field = term.Groups[1].Value;
        if (field != "metadata.name" && !(field == "metadata.namespace" && kind.Namespaced) && !kind.Fields.Contains(field))
            throw StatusException.BadRequest($"field label not supported: {field}");
        return (field.Split('.'), term.Groups[2].Value != "!=", term.Groups[3].Value);
    })];

    public bool IsEmpty => _terms.Length == 0;

    public bool Matches(JsonObject json) => Array.TrueForAll(_terms, term =>
        ((json.At(term.Path) is { } node ? node.Text() ?? node.ToJsonString() : "") == term.Value) == term.IsEqual);

    [GeneratedRegex("^([^=!]+)(==|=|!=)(.*)$")]
    private static partial Regex Term();
}
