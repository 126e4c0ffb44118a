using System.Text.RegularExpressions;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The label and field selectors of a list or watch request.</summary>
internal sealed class ListSelector(ApiRequest call)
{
    private readonly LabelSelector _labels = LabelSelector.Parse(call.GetQuery("labelSelector"));
    private readonly LabelSelector _fields = LabelSelector.ParseFields(call.Kind!, call.GetQuery("fieldSelector"));

    public bool Matches(StoredObject item) => (_labels.IsEmpty || _labels.Matches(item.Json.GetObject("metadata", "labels")))
        && (_fields.IsEmpty || _fields.Matches(path => $"{item.Json.GetNode(path.Split('.'))}"));
}

/// <summary>A label selector from a query or from <c>matchLabels</c> and <c>matchExpressions</c>.</summary>
internal sealed partial class LabelSelector(IEnumerable<(string Key, string Operator, string[] Values)> terms)
{
    private readonly (string Key, string Operator, string[] Values)[] _terms = [.. terms];

    public bool IsEmpty => _terms.Length == 0;

    /// <summary>Parses the query form: <c>a=b,c!=d,e in (f,g),h notin (i),j,!k</c>.</summary>
    public static LabelSelector Parse(string text) => new(string.IsNullOrWhiteSpace(text) ? [] : Comma().Split(text).Select(part =>
        Term().Match(part.Trim()) is { Success: true, Groups: var term }
            ? (term["key"].Value, Operator(term["operator"].Value), term["value"].Captures.Select(v => v.Value.Trim()).ToArray())
            : throw StatusException.BadRequest($"unable to parse requirement: invalid selector \"{text}\" near \"{part}\"")));

    public static LabelSelector ParseFields(ResourceKind kind, string text)
    {
        var fields = Parse(text);
        var known = kind.SelectableFields.Append("metadata.name").Append(kind.IsNamespaced ? "metadata.namespace" : "metadata.name");
        return fields._terms.FirstOrDefault(t => t.Values.Length != 1 || !known.Contains(t.Key)) is { Key: { } unknown }
            ? throw StatusException.BadRequest($"field label not supported: {unknown}") : fields;
    }

    public static LabelSelector From(JsonObject? selector) =>
        new([.. EqualityTerms(selector.GetObject("matchLabels")), .. ExpressionTerms(selector.GetObjects("matchExpressions"))]);

    public static LabelSelector FromExpressions(IEnumerable<JsonObject> expressions) => new(ExpressionTerms(expressions));

    public static LabelSelector FromMap(JsonObject? map) => new(EqualityTerms(map));

    public bool Matches(JsonObject? labels) => Matches(key => labels.GetString(key));

    public bool Matches(Func<string, string?> value) => Array.TrueForAll(_terms, term => (term.Operator, value(term.Key)) switch
    {
        ("In", { } found) => term.Values.Contains(found),
        ("NotIn", { } found) => !term.Values.Contains(found),
        ("Exists", { }) or ("NotIn" or "DoesNotExist", null) => true,
        _ => false,
    });

    private static string Operator(string sign) =>
        sign switch { "=" or "==" or "in" => "In", "!=" or "notin" => "NotIn", "!" => "DoesNotExist", _ => "Exists" };

    private static IEnumerable<(string, string, string[])> EqualityTerms(JsonObject? map) =>
        map.GetStringMap().Select(p => (p.Key, "In", new[] { p.Value }));

    private static IEnumerable<(string, string, string[])> ExpressionTerms(IEnumerable<JsonObject> expressions) =>
        expressions.Select(e => (e.GetString("key") ?? "", e.GetString("operator") ?? "", e.GetStrings("values").ToArray()));

    [GeneratedRegex(@",(?![^(]*\))")]
    private static partial Regex Comma();

    [GeneratedRegex(@"^(?:(?<operator>!)\s*)?(?<key>[A-Za-z0-9]([\w./-]*[A-Za-z0-9])?)"
        + @"(?(operator)|(?:\s*(?<operator>==|=|!=)\s*(?<value>[\w.-]*)"
        + @"|\s+(?<operator>in|notin)\s*\((?<value>[\w.\s-]*)(,(?<value>[\w.\s-]*))*\))?)$")]
    private static partial Regex Term();
}
