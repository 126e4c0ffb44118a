using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.Volumes;

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
    // The image, variables and so on are in the template; the guest's size and the Service's ports are worth telling.
    private static readonly string[] ImpliedByTemplate = ["image", "env", "command", "args", "readinessProbe"];

    /// <summary>The differences, sorted by path; empty when there is none.</summary>
    public static IReadOnlyList<SpecChange> Between(TenantSpec running, TenantSpec requested)
    {
        var changes = new List<SpecChange>();
        // Of two forms of a workload, the short one is compared as the template that it stands for.
        var templated = running.Workloads.Concat(requested.Workloads).Where(w => w.PodTemplate is not null).Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        Compare(Normalize(running, templated), Normalize(requested, templated), "", changes);
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

    private static JsonObject Normalize(TenantSpec spec, HashSet<string> templated)
    {
        spec = spec with { Workloads = [.. spec.Workloads.Select(w => templated.Contains(w.Name) ? w.AsTemplated() : w)] };
        var root = JsonSerializer.SerializeToNode(spec)!.AsObject();
        root["workloads"] = ByName(root["workloads"], "name");
        root["egressAllowList"] = Destinations(root["egressAllowList"]!);
        foreach (var name in (string[])[.. DeclaredObjects.Properties.Append("secretRefs").Where(n => root[n] is not null)])
        {
            root[name] = ByName(root[name], "name");
        }

        foreach (var (_, workload) in root["workloads"]!.AsObject())
        {
            // Their properties have other names in requests.
            Rename(workload!.AsObject(), "cpuMillis", "cpu");
            Rename(workload!.AsObject(), "memoryMiB", "memory");
            KindChanges.Normalize(workload!.AsObject());
            workload["env"] = new JsonObject(
                workload["env"]!.AsArray().Select(x => KeyValuePair.Create(x!["name"]!.GetValue<string>(), (x["secretKeyRef"] ?? x["value"])?.DeepClone())));
            if (workload["services"] is { } services)
            {
                workload["services"] = NamedLists(services);
            }

            if (workload["egressAllowList"] is { } allowed)
            {
                workload["egressAllowList"] = Destinations(allowed);
            }

            if (workload["podTemplate"] is { } template)
            {
                workload["podTemplate"] = NamedLists(template);
                foreach (var name in ImpliedByTemplate)
                {
                    workload.AsObject().Remove(name);
                }
            }
        }

        return root;
    }

    // Containers, variables, volumes and whatever else has names, at any depth.
    private static JsonNode? NamedLists(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(f => KeyValuePair.Create(f.Key, NamedLists(f.Value)))),
        JsonArray items when items.Select(NameOf).OfType<string>().Distinct(StringComparer.Ordinal).Count() == items.Count =>
            new JsonObject(items.Select(i => KeyValuePair.Create(NameOf(i)!, NamedLists(i)))),
        JsonArray items => new JsonArray([.. items.Select(NamedLists)]),
        _ => node?.DeepClone(),
    };

    private static string? NameOf(JsonNode? item) => (item as JsonObject)?["name"]?.GetValue<string>();

    private static JsonObject ByName(JsonNode? list, string key) =>
        new(list!.AsArray().Select(x => KeyValuePair.Create(x![key]!.GetValue<string>(), (JsonNode?)x.DeepClone())));

    private static JsonObject Destinations(JsonNode list) => new(list.AsArray()
        .Select(x => KeyValuePair.Create((x!["cidr"] ?? x["host"] ?? x["workload"])!.GetValue<string>(), (JsonNode?)x.DeepClone())));

    private static void Rename(JsonObject node, string from, string to)
    {
        var value = node[from]?.DeepClone();
        node.Remove(from);
        node[to] = value;
    }
}
