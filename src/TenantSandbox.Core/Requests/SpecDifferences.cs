using System.Text.Json;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.Kinds;

namespace TenantSandbox.Core.Requests;

/// <summary>Finds where a request differs from the one that was accepted with the same revision.</summary>
public static class SpecDifferences
{
    /// <summary>The code of a difference. It isn't one of <see cref="ValidationFaultCodes"/>, because the request is valid.</summary>
    public const string Code = "differs";

    private const string PodTemplate = "podTemplate";

    private static readonly string[] BesideTemplate =
    [
        "name", "kind", "replicas", "statefulSet", "job", "cronJob", "services", "ingress", "egressAllowList", "expose", "identity", PodTemplate,
    ];

    /// <summary>One entry for each different property, with a pointer into the request. Values are not quoted.</summary>
    public static IReadOnlyList<ValidationFault> Between(TenantSpec requested, TenantSpec accepted)
    {
        var pointers = new SortedSet<string>(StringComparer.Ordinal);
        Compare(Normalize(requested), Normalize(accepted), "", pointers);
        return [.. pointers.Take(RequestLimits.MaxFaults).Select(x => new ValidationFault(x, Code, "Differs from the request that was accepted with this revision."))];
    }

    private static JsonNode Normalize(TenantSpec spec)
    {
        var root = JsonSerializer.SerializeToNode(spec)!;
        foreach (var workload in root["workloads"]!.AsArray())
        {
            KindChanges.Normalize(workload!.AsObject());
        }

        return root;
    }

    private static void Compare(JsonNode? requested, JsonNode? accepted, string pointer, SortedSet<string> pointers)
    {
        if (requested is JsonObject left && accepted is JsonObject right)
        {
            // What a workload has beside its pod template follows from the template, and isn't in the request.
            var hasTemplate = left.ContainsKey(PodTemplate) || right.ContainsKey(PodTemplate);
            foreach (var name in left.Select(x => x.Key).Union(right.Select(x => x.Key)).Where(x => !hasTemplate || BesideTemplate.Contains(x)))
            {
                Compare(left[name], right[name], JsonPointer.Append(pointer, WireName(name)), pointers);
            }
        }
        else if (requested is JsonArray first && accepted is JsonArray second && first.Count == second.Count)
        {
            for (var i = 0; i < first.Count; i++)
            {
                Compare(first[i], second[i], JsonPointer.Append(pointer, i), pointers);
            }
        }
        else if (!JsonNode.DeepEquals(requested, accepted))
        {
            pointers.Add(pointer);
        }
    }

    private static string WireName(string name) => name switch
    {
        "cpuMillis" => "cpu",
        "memoryMiB" => "memory",
        _ => name,
    };
}
