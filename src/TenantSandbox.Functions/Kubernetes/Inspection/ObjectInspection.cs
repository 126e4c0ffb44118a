using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes.Inspection;

/// <summary>Compares one applied object with the one in the cluster.</summary>
internal static class ObjectInspection
{
    /// <param name="desired">As it is applied.</param>
    /// <param name="live">As it is in the cluster; null when it is missing.</param>
    /// <param name="isCompared">Restricts the comparison to some paths.</param>
    public static IEnumerable<Finding> Inspect(
        IKubernetesObject<V1ObjectMeta> desired, IKubernetesObject<V1ObjectMeta>? live, Func<string, bool>? isCompared = null)
    {
        var name = $"{desired.Kind}/{desired.Metadata.Name}";
        if (live is null)
        {
            return [new Finding(FindingKind.ObjectMissing, name, null, "does not exist", IsRepairable: true)];
        }

        var (wanted, found) = (Parse(desired), Parse(live));
        // The client leaves them out of the items of lists.
        wanted.Remove("apiVersion");
        wanted.Remove("kind");
        var owners = FieldOwners.Of(found);
        var changed = FieldComparison.Compare(wanted, found).Where(d => isCompared?.Invoke(d.Path) != false)
            .Select(d => Changed(name, d.Path, d.Message, owners.FindOther(d.Path))).ToArray();
        var reported = changed.Select(c => c.Field).ToHashSet(StringComparer.Ordinal);
        var others = owners.Others.Where(o => o.Path.StartsWith("spec.", StringComparison.Ordinal) && !reported.Contains(o.Path))
            .Where(o => isCompared?.Invoke(o.Path) != false)
            .Select(o => new Finding(FindingKind.FieldOwnedByOther, name, o.Path, $"was set by {o.Manager}", IsRepairable: false));
        var outdated = owners.Own.Where(p => !Exists(wanted, p) && isCompared?.Invoke(p) != false)
            .Select(p => new Finding(FindingKind.FieldChanged, name, p, "is not part of the spec any more", IsRepairable: true));
        return [.. changed, .. others, .. outdated];
    }

    private static Finding Changed(string name, string path, string message, string? other)
    {
        var kind = path == "spec.replicas" ? FindingKind.Scaled : other is null ? FindingKind.FieldChanged : FindingKind.FieldOwnedByOther;
        return other is null
            ? new Finding(kind, name, path, message, IsRepairable: true)
            : new Finding(kind, name, path, $"{message}; set by {other}, so it is not overwritten", IsRepairable: false);
    }

    /// <summary>Whether the applied object has the field of a path.</summary>
    private static bool Exists(JsonNode? node, string path)
    {
        while (path.Length > 0 && node is not null)
        {
            if (path[0] == '[')
            {
                // Keys can contain brackets only in quotes, which no applied key has.
                var end = path.IndexOf(']', StringComparison.Ordinal);
                var (step, isNamed) = (path[..(end + 1)], path.IndexOf('=', StringComparison.Ordinal) is var equals and > 0 && equals < end);
                node = node is not JsonArray items ? null
                    : isNamed ? items.OfType<JsonObject>().FirstOrDefault(i => ListKeys.Step(i, step[1..^1].Split(',').Select(k => k.Split('=')[0])) == step)
                    : items.FirstOrDefault(i => $"[{i}]" == step);
                path = path[(end + 1)..].TrimStart('.');
                continue;
            }

            // Names of labels and node selectors contain dots, so the longest name that exists is taken.
            if (node is not JsonObject fields)
            {
                return false;
            }

            var name = fields.Select(f => f.Key)
                .Where(k => path.StartsWith(k, StringComparison.Ordinal) && (path.Length == k.Length || path[k.Length] is '.' or '['))
                .MaxBy(k => k.Length);
            node = name is null ? null : fields[name];
            path = name is null ? path : path[name.Length..].TrimStart('.');
        }

        return node is not null;
    }

    private static JsonObject Parse(object item) => JsonNode.Parse(KubernetesJson.Serialize(item))!.AsObject();
}
