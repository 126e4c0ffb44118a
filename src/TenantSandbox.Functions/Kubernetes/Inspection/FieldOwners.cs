using System.Text.Json.Nodes;

namespace TenantSandbox.Functions.Kubernetes.Inspection;

/// <summary>Who owns which fields of an object, from its <c>managedFields</c>.</summary>
internal sealed class FieldOwners
{
    // Components of the control plane, which write what follows from the applied fields.
    private static readonly string[] ControlPlane = ["kube-controller-manager", "kube-scheduler", "kubelet", "kube-apiserver", "cloud-controller-manager"];

    private readonly List<(string Path, string Manager)> _others = [];
    private readonly List<string> _own = [];

    /// <summary>Paths of the fields that this system applied.</summary>
    public IReadOnlyList<string> Own => _own;

    /// <summary>Paths of the fields that others own, except the control plane and status.</summary>
    public IReadOnlyList<(string Path, string Manager)> Others => _others;

    public static FieldOwners Of(JsonObject live)
    {
        var owners = new FieldOwners();
        foreach (var entry in live["metadata"]?["managedFields"]?.AsArray().OfType<JsonObject>() ?? [])
        {
            var manager = entry["manager"]?.ToString() ?? "unknown";
            if (ControlPlane.Contains(manager, StringComparer.Ordinal)
                || manager == ServerSideApply.ScaleManager
                || entry["subresource"]?.ToString() == "status"
                || entry["fieldsV1"] is not JsonObject fields)
            {
                continue;
            }

            foreach (var path in Leaves(fields, "").Where(p => !p.StartsWith("status", StringComparison.Ordinal)))
            {
                if (manager != ServerSideApply.FieldManager)
                {
                    owners._others.Add((path, manager));
                }
                else if (entry["operation"]?.ToString() == "Apply")
                {
                    owners._own.Add(path);
                }
            }
        }

        return owners;
    }

    /// <summary>Another manager that owns the field, a part of it, or the whole that it is a part of; null when there is none.</summary>
    public string? FindOther(string path) => _others.FirstOrDefault(o => Contains(o.Path, path) || Contains(path, o.Path)).Manager;

    private static bool Contains(string outer, string inner) =>
        inner.StartsWith(outer, StringComparison.Ordinal) && (inner.Length == outer.Length || inner[outer.Length] is '.' or '[');

    // FieldsV1: "f:" before a field's name, "k:" before an item's keys, "v:" before an item's value, "." for the thing itself.
    private static IEnumerable<string> Leaves(JsonObject fields, string path)
    {
        foreach (var (key, value) in fields)
        {
            if (key == ".")
            {
                continue;
            }

            var next = Append(path, key);
            if (value is JsonObject { Count: > 0 } inner)
            {
                foreach (var leaf in Leaves(inner, next))
                {
                    yield return leaf;
                }

                if (inner.Count > 1 || !inner.ContainsKey("."))
                {
                    continue;
                }
            }

            yield return next;
        }
    }

    private static string Append(string path, string key) => key[..2] switch
    {
        "k:" when JsonNode.Parse(key[2..]) is JsonObject keys => path + ListKeys.Step(keys.Select(k => (k.Key, k.Value?.ToString() ?? ""))),
        "v:" => $"{path}[{JsonNode.Parse(key[2..])}]",
        "f:" => path.Length == 0 ? key[2..] : $"{path}.{key[2..]}",
        _ => $"{path}[{key}]",
    };
}
