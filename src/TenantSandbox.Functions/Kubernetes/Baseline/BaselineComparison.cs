using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes.Baseline;

/// <summary>
/// Compares an object of the baseline with the one in a cluster, exactly: an exception that somebody adds to a binding weakens it as much as a
/// selector that is removed. Only what the API server itself adds is left out; of a Deployment and a DaemonSet, which grant nothing, every field that
/// isn't wanted, because there it adds dozens.
/// </summary>
internal static class BaselineComparison
{
    private const int MaxValueLength = 60;

    // Kubernetes' defaults (pkg/apis/admissionregistration/v1/defaults.go, pkg/apis/scheduling/v1/defaults.go).
    private static readonly Dictionary<string, string> Defaults = new(StringComparer.Ordinal)
    {
        ["matchPolicy"] = "Equivalent",
        ["scope"] = "*",
        ["failurePolicy"] = "Fail",
        ["globalDefault"] = "false",
        ["immutable"] = "false",
    };

    /// <summary>The differences, as texts with the field's path; none if the object is as it should be.</summary>
    public static IReadOnlyList<string> Compare(IKubernetesObject<V1ObjectMeta> wanted, IKubernetesObject<V1ObjectMeta> found)
    {
        var differences = new List<string>();
        Labels(wanted.Metadata.Labels, found.Metadata.Labels, "metadata.labels", differences);
        Labels(wanted.Metadata.Annotations, found.Metadata.Annotations, "metadata.annotations", differences);
        // Of a namespace only the labels are the app's: its content belongs to the API server.
        if (wanted is not V1Namespace)
        {
            Fields("", Content(wanted), Content(found), isExact: wanted is not (V1Deployment or V1DaemonSet), differences);
        }

        return differences;
    }

    // Others may add labels and annotations of their own.
    private static void Labels(IDictionary<string, string>? wanted, IDictionary<string, string>? found, string path, List<string> differences)
    {
        foreach (var (key, value) in wanted ?? new Dictionary<string, string>())
        {
            if (found?.TryGetValue(key, out var actual) != true)
            {
                differences.Add($"{path}.{key} is missing");
            }
            else if (actual != value)
            {
                differences.Add($"{path}.{key} is {Cut(actual!)}, should be {Cut(value)}");
            }
        }
    }

    private static void Fields(string path, JsonObject wanted, JsonObject found, bool isExact, List<string> differences)
    {
        foreach (var name in wanted.Select(f => f.Key).Union(isExact ? found.Select(f => f.Key) : []).Order(StringComparer.Ordinal))
        {
            Values(path.Length == 0 ? name : $"{path}.{name}", wanted[name], found[name], isExact, differences);
        }
    }

    private static void Values(string path, JsonNode? wanted, JsonNode? found, bool isExact, List<string> differences)
    {
        switch (wanted, found)
        {
            case (JsonObject fields, JsonObject others):
                Fields(path, fields, others, isExact, differences);
                break;
            case (JsonArray items, JsonArray others) when items.Count == others.Count:
                for (var i = 0; i < items.Count; i++)
                {
                    Values($"{path}[{i}]", items[i], others[i], isExact, differences);
                }

                break;
            case (not null, null):
                differences.Add($"{path} is missing");
                break;
            case (null, not null) when !isExact:
                break;
            case (null, not null):
                differences.Add($"{path} should not be set, is {Cut(Text(found))}");
                break;
            default:
                if (Text(wanted!) != Text(found!))
                {
                    differences.Add($"{path} is {Cut(Text(found!))}, should be {Cut(Text(wanted!))}");
                }

                break;
        }
    }

    private static JsonObject Content(IKubernetesObject<V1ObjectMeta> item)
    {
        var content = JsonNode.Parse(KubernetesJson.Serialize((object)item))!.AsObject();
        // Items of lists come without apiVersion and kind.
        foreach (var name in (string[])["apiVersion", "kind", "metadata", "status"])
        {
            content.Remove(name);
        }

        Normalize(content);
        return content;
    }

    /// <summary>Removes defaults, and empty objects and lists, which say the same as none.</summary>
    private static void Normalize(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields.ToArray())
                {
                    Normalize(value);
                    if (value is null or JsonObject { Count: 0 } or JsonArray { Count: 0 } || (Defaults.TryGetValue(name, out var text) && value is JsonValue && Text(value) == text))
                    {
                        fields.Remove(name);
                    }
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Normalize(item);
                }

                break;
        }
    }

    private static string Text(JsonNode node) => node is JsonValue ? node.ToString() : node.ToJsonString();

    private static string Cut(string text) => text.Length <= MaxValueLength ? text : $"{text.AsSpan(0, MaxValueLength - 1)}…";
}
