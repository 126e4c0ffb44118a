using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>One difference between the spec that runs and a requested one.</summary>
/// <param name="Path">
/// What differs: property names, and the names of workloads, environment variables and blocks, like <c>/workloads/web/env/LOG_LEVEL</c>.
/// Values are not quoted.
/// </param>
/// <param name="Change">What happens to it.</param>
public sealed record SpecChange(
    [property: JsonPropertyName("path")] string Path,
    [property: JsonPropertyName("change")] SpecChangeKind Change);

/// <summary>What happens to a part of a spec.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SpecChangeKind>))]
public enum SpecChangeKind
{
    [JsonStringEnumMemberName("added")] Added,
    [JsonStringEnumMemberName("removed")] Removed,
    [JsonStringEnumMemberName("changed")] Changed,
}

/// <summary>Compares a requested spec with the one that runs, by names instead of positions.</summary>
public static class SpecChanges
{
    /// <summary>The differences, sorted by path; empty when there is none.</summary>
    public static IReadOnlyList<SpecChange> Between(TenantSpec running, TenantSpec requested)
    {
        var changes = new List<SpecChange>();
        Compare(Normalize(running), Normalize(requested), "", changes);
        return [.. changes.OrderBy(x => x.Path, StringComparer.Ordinal)];
    }

    private static void Compare(JsonNode? running, JsonNode? requested, string path, List<SpecChange> changes)
    {
        if (running is JsonObject before && requested is JsonObject after)
        {
            foreach (var name in before.Select(x => x.Key).Union(after.Select(x => x.Key)))
            {
                Compare(before[name], after[name], $"{path}/{name}", changes);
            }
        }
        else if (!JsonNode.DeepEquals(running, requested))
        {
            changes.Add(new(path, running is null ? SpecChangeKind.Added : requested is null ? SpecChangeKind.Removed : SpecChangeKind.Changed));
        }
    }

    private static JsonObject Normalize(TenantSpec spec)
    {
        var root = JsonSerializer.SerializeToNode(spec)!.AsObject();
        root["workloads"] = ByName(root["workloads"], "name");
        root["egressAllowList"] = ByName(root["egressAllowList"], "cidr");
        foreach (var (_, workload) in root["workloads"]!.AsObject())
        {
            // Their properties have other names in requests.
            Rename(workload!.AsObject(), "cpuMillis", "cpu");
            Rename(workload!.AsObject(), "memoryMiB", "memory");
            workload["env"] = new JsonObject(
                workload["env"]!.AsArray().Select(x => KeyValuePair.Create(x!["name"]!.GetValue<string>(), x["value"]?.DeepClone())));
        }

        return root;
    }

    private static JsonObject ByName(JsonNode? list, string key) =>
        new(list!.AsArray().Select(x => KeyValuePair.Create(x![key]!.GetValue<string>(), (JsonNode?)x.DeepClone())));

    private static void Rename(JsonObject node, string from, string to)
    {
        var value = node[from]?.DeepClone();
        node.Remove(from);
        node[to] = value;
    }
}
