using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A label selector, from a query or from an object's <c>matchLabels</c> and <c>matchExpressions</c>.</summary>
internal sealed partial class LabelSelector
{
    private readonly List<(string Key, string Operator, string[] Values)> _terms = [];

    public bool IsEmpty => _terms.Count == 0;

    /// <summary>Parses the query form: <c>a=b,c!=d,e in (f,g),h notin (i),j,!k</c>.</summary>
    public static LabelSelector Parse(string? text)
    {
        var selector = new LabelSelector();
        foreach (var part in Comma().Split(text ?? "").Select(p => p.Trim()).Where(p => p.Length > 0 || !string.IsNullOrWhiteSpace(text)))
        {
            var m = Term().Match(part);
            if (!m.Success)
                throw StatusException.BadRequest($"unable to parse requirement: invalid label selector \"{text}\" near \"{part}\"");
            var key = m.Groups["key"].Value;
            selector._terms.Add(m.Groups["not"].Success ? (key, "DoesNotExist", [])
                : m.Groups["set"].Success ? (key, m.Groups["set"].Value == "in" ? "In" : "NotIn", [.. m.Groups["values"].Value.Split(',').Select(v => v.Trim())])
                : m.Groups["op"].Success ? (key, m.Groups["op"].Value == "!=" ? "NotIn" : "In", [m.Groups["value"].Value])
                : (key, "Exists", []));
        }

        return selector;
    }

    public static LabelSelector From(JsonObject? selector)
    {
        var result = new LabelSelector();
        result._terms.AddRange(selector.Pairs("matchLabels").Select(p => (p.Key, "In", new[] { p.Value })));
        result._terms.AddRange(Expressions(selector.Items("matchExpressions")));
        return result;
    }

    public static LabelSelector FromExpressions(IEnumerable<JsonObject> expressions)
    {
        var result = new LabelSelector();
        result._terms.AddRange(Expressions(expressions));
        return result;
    }

    public static LabelSelector FromMap(JsonObject? map)
    {
        var result = new LabelSelector();
        result._terms.AddRange(map.Pairs().Select(p => (p.Key, "In", new[] { p.Value })));
        return result;
    }

    public bool Matches(JsonObject? labels) => _terms.TrueForAll(t =>
    {
        var value = labels.Text(t.Key);
        return t.Operator switch
        {
            "In" => value is not null && t.Values.Contains(value),
            "NotIn" => value is null || !t.Values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            _ => false,
        };
    });

    private static IEnumerable<(string, string, string[])> Expressions(IEnumerable<JsonObject> expressions) =>
        expressions.Select(e => (e.Text("key") ?? "", e.Text("operator") ?? "", e.Texts("values").ToArray()));

    [GeneratedRegex(@",(?![^(]*\))")]
    private static partial Regex Comma();

    [GeneratedRegex(@"^(?:(?<not>!)\s*)?(?<key>[A-Za-z0-9]([\w./-]*[A-Za-z0-9])?)(?(not)|(?:\s*(?<op>==|=|!=)\s*(?<value>[\w.-]*)|\s+(?<set>in|notin)\s*\((?<values>[\w.,\s-]*)\))?)$")]
    private static partial Regex Term();
}

/// <summary>A field selector; only the fields that the API server knows for the kind are allowed.</summary>
internal sealed class FieldSelector
{
    private readonly List<(string Field, bool Equal, string Value)> _terms = [];

    public bool IsEmpty => _terms.Count == 0;

    public static FieldSelector Parse(ResourceKind kind, string? text)
    {
        var selector = new FieldSelector();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
                throw StatusException.BadRequest($"invalid selector: '{text}'; can't understand '{part}'");
            var equal = part[at - 1] != '!';
            var field = part[..(equal ? at : at - 1)];
            if (!Allowed(kind, field))
                throw StatusException.BadRequest($"field label not supported: {field}");
            selector._terms.Add((field, equal, part[(at + 1)..].TrimStart('=')));
        }

        return selector;
    }

    public bool Matches(JsonObject json) =>
        _terms.TrueForAll(t => ((json.At(t.Field.Split('.')) switch { null => "", var n => n.Text() ?? n.ToJsonString() }) == t.Value) == t.Equal);

    private static bool Allowed(ResourceKind kind, string field) => field is "metadata.name"
        || (field is "metadata.namespace" && kind.Namespaced)
        || (kind == Kinds.Pods && (field is "spec.nodeName" or "spec.restartPolicy" or "spec.schedulerName" or "spec.serviceAccountName"
            or "status.phase" or "status.podIP"))
        || (kind == Kinds.Nodes && field is "spec.unschedulable")
        || (kind == Kinds.Namespaces && field is "status.phase")
        || (kind == Kinds.ReplicaSets && field is "status.replicas")
        || (kind == Kinds.Events && (field.StartsWith("involvedObject.", StringComparison.Ordinal) || field is "reason" or "type" or "source" or "reportingComponent"));
}
