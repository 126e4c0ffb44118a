using System.Text.Json;
using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests;

/// <summary>Tells a sender where its request differs from the one that was accepted under the same revision.</summary>
public static class SpecDifferences
{
    /// <summary>The code of what is told; it is not a fault of the request's form.</summary>
    public const string Code = "differs";

    /// <summary>One entry for each property that differs, with a pointer into the request. Values are not quoted.</summary>
    public static IReadOnlyList<ValidationFault> Between(TenantSpec asked, TenantSpec accepted)
    {
        var pointers = new SortedSet<string>(StringComparer.Ordinal);
        Compare(JsonSerializer.SerializeToNode(asked), JsonSerializer.SerializeToNode(accepted), "", pointers);
        return [.. pointers.Take(RequestLimits.MaxFaults).Select(x => new ValidationFault(x, Code, "Differs from what was accepted under this revision."))];
    }

    private static void Compare(JsonNode? asked, JsonNode? accepted, string pointer, SortedSet<string> pointers)
    {
        if (asked is JsonObject left && accepted is JsonObject right)
        {
            foreach (var name in left.Select(x => x.Key).Union(right.Select(x => x.Key)))
                Compare(left[name], right[name], JsonPointer.Append(pointer, WireName(name)), pointers);
        }
        else if (asked is JsonArray first && accepted is JsonArray second && first.Count == second.Count)
        {
            for (var i = 0; i < first.Count; i++)
                Compare(first[i], second[i], JsonPointer.Append(pointer, i), pointers);
        }
        else if (!JsonNode.DeepEquals(asked, accepted))
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
