using System.Text.Json.Nodes;
using k8s.Models;

namespace TenantSandbox.Cli.Convert;

/// <summary>Takes the ConfigMaps of the manifests that workloads use into the request. References to them stay as they are.</summary>
internal sealed class ConfigMapMapping(IEnumerable<V1ConfigMap> configMaps)
{
    private readonly Dictionary<string, V1ConfigMap> _maps = configMaps
        .Where(map => map.Metadata?.Name is not null)
        .GroupBy(map => map.Metadata.Name, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);

    private readonly SortedSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>Prepares a workload's references: what is optional and missing is left out, what exists needn't be optional.</summary>
    public void Prepare(WorkloadDraft workload)
    {
        foreach (var (reference, remove) in References(workload).ToArray())
        {
            if (Text(reference["name"]) is not { } name)
            {
                continue;
            }

            var isOptional = reference["optional"]?.GetValue<bool>() == true;
            reference.Remove("optional");
            if (_maps.ContainsKey(name))
            {
                _used.Add(name);
            }
            else if (isOptional)
            {
                remove();
                workload.NoteChanged($"A reference to ConfigMap/{name} is left out: it is optional, and the manifests don't have it.");
            }
        }
    }

    /// <summary>The ConfigMaps for the request; null for none.</summary>
    public JsonArray? ToRequest(List<ConversionNote> notes)
    {
        foreach (var name in _used.Where(name => _maps[name].BinaryData is { Count: > 0 }))
        {
            notes.Add(new($"ConfigMap/{name}", ConversionNoteKind.NotTaken, "binaryData: a request is text. Put its content into the image."));
        }

        return _used.Count == 0 ? null : new JsonArray([.. _used.Select(name => new JsonObject
        {
            ["name"] = name,
            ["data"] = new JsonObject((_maps[name].Data ?? new Dictionary<string, string>())
                .OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => KeyValuePair.Create(d.Key, (JsonNode?)d.Value))),
        })]);
    }

    private static IEnumerable<(JsonObject Reference, Action Remove)> References(WorkloadDraft workload)
    {
        foreach (var volume in workload.Volumes.ToArray())
        {
            if (volume["configMap"] is JsonObject source)
            {
                yield return (source, () => workload.RemoveVolume(volume));
            }

            foreach (var part in (volume["projected"]?["sources"] as JsonArray ?? []).OfType<JsonObject>().ToArray())
            {
                if (part["configMap"] is JsonObject projection)
                {
                    yield return (projection, () => part.Parent!.AsArray().Remove(part));
                }
            }
        }

        foreach (var container in workload.AllContainers)
        {
            foreach (var variable in (container["env"] as JsonArray ?? []).OfType<JsonObject>().ToArray())
            {
                if (variable["valueFrom"]?["configMapKeyRef"] is JsonObject source)
                {
                    yield return (source, () => variable.Parent!.AsArray().Remove(variable));
                }
            }

            foreach (var import in (container["envFrom"] as JsonArray ?? []).OfType<JsonObject>().ToArray())
            {
                if (import["configMapRef"] is JsonObject source)
                {
                    yield return (source, () => import.Parent!.AsArray().Remove(import));
                }
            }
        }
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
