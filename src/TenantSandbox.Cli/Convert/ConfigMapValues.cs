using System.Text.Json.Nodes;
using k8s.Models;

namespace TenantSandbox.Cli.Convert;

/// <summary>
/// Writes values of ConfigMaps that the manifests bring into the environment variables that name them, since a request has no
/// ConfigMaps of its own.
/// </summary>
internal sealed class ConfigMapValues(IEnumerable<V1ConfigMap> configMaps)
{
    private readonly Dictionary<string, IDictionary<string, string>> _maps = configMaps
        .Where(map => map.Metadata?.Name is not null)
        .GroupBy(map => map.Metadata.Name, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Last().Data ?? new Dictionary<string, string>(), StringComparer.Ordinal);

    public void WriteInto(WorkloadDraft workload)
    {
        foreach (var container in workload.AllContainers)
        {
            var variables = container["env"] as JsonArray ?? [];
            ReplaceReferences(workload, variables);
            if (container["envFrom"] is JsonArray sources)
            {
                // Explicit variables win over those of envFrom, so they come last.
                var imported = Import(workload, sources, Names(variables));
                for (var i = 0; i < imported.Count; i++)
                {
                    variables.Insert(i, imported[i]);
                }

                if (sources.Count == 0)
                {
                    container.Remove("envFrom");
                }
            }

            if (variables.Count > 0)
            {
                container["env"] ??= variables;
            }
        }
    }

    private void ReplaceReferences(WorkloadDraft workload, JsonArray variables)
    {
        foreach (var variable in variables.OfType<JsonObject>())
        {
            if (variable["valueFrom"]?["configMapKeyRef"] is JsonObject reference
                && Text(reference["name"]) is { } map
                && Text(reference["key"]) is { } key
                && _maps.TryGetValue(map, out var values)
                && values.TryGetValue(key, out var value))
            {
                variable.Remove("valueFrom");
                variable["value"] = value;
                NoteWritten(workload, map);
            }
        }
    }

    private List<JsonObject> Import(WorkloadDraft workload, JsonArray sources, HashSet<string> taken)
    {
        var imported = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < sources.Count; i++)
        {
            if (Text(sources[i]?["configMapRef"]?["name"]) is not { } map || !_maps.TryGetValue(map, out var values))
            {
                continue;
            }

            var prefix = Text(sources[i]!["prefix"]) ?? "";
            foreach (var (key, value) in values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                // A later source wins, as in Kubernetes.
                imported[prefix + key] = value;
            }

            sources.RemoveAt(i--);
            NoteWritten(workload, map);
        }

        return [.. imported.Where(pair => !taken.Contains(pair.Key)).Select(pair => new JsonObject { ["name"] = pair.Key, ["value"] = pair.Value })];
    }

    private static void NoteWritten(WorkloadDraft workload, string map)
    {
        var text = $"The values of ConfigMap/{map} are written into its environment; send an update when they change.";
        if (!workload.Notes.Any(note => note.Text == text))
        {
            workload.NoteChanged(text);
        }
    }

    private static HashSet<string> Names(JsonArray variables) =>
        variables.Select(variable => Text(variable?["name"])).OfType<string>().ToHashSet(StringComparer.Ordinal);

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
