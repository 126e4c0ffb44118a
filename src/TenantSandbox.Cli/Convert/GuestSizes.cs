using System.Text.Json.Nodes;
using k8s.Models;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Cli.Convert;

/// <summary>
/// Gives every container limits, because the size of a kata guest is the sum of its containers' limits, and raises them to what a guest
/// needs at least.
/// </summary>
/// <param name="cpu">The CPU limit of a container that names neither limit nor request.</param>
/// <param name="memory">The same for memory.</param>
internal sealed class GuestSizes(string cpu, string memory)
{
    private const decimal MiB = 1024 * 1024;
    private const string MemoryVolumeSize = "64Mi";

    public void WriteInto(WorkloadDraft workload)
    {
        foreach (var container in workload.AllContainers)
        {
            var resources = ObjectIn(container, "resources");
            var limits = ObjectIn(resources, "limits");
            Complete(workload, container, limits, resources["requests"] as JsonObject, "cpu", cpu);
            Complete(workload, container, limits, resources["requests"] as JsonObject, "memory", memory);
        }

        Raise(workload, "cpu", RequestLimits.MinCpuMillis / 1000m, cores => $"{Math.Ceiling(cores * 1000)}m");
        Raise(workload, "memory", (RequestLimits.MinMemoryMiB * MiB) + SizeOfMemoryVolumes(workload), bytes => $"{Math.Ceiling(bytes / MiB)}Mi");
    }

    /// <returns>Bytes that volumes can take from the guest's memory.</returns>
    private static decimal SizeOfMemoryVolumes(WorkloadDraft workload)
    {
        var size = 0m;
        foreach (var volume in workload.Volumes.Select(v => v["emptyDir"]).OfType<JsonObject>().Where(v => v["medium"]?.GetValue<string>() == "Memory"))
        {
            if (volume["sizeLimit"] is null)
            {
                volume["sizeLimit"] = MemoryVolumeSize;
                workload.NoteChanged($"A volume in memory has no size limit; it gets {MemoryVolumeSize}, which the guest must hold.");
            }

            size += AmountOf(volume["sizeLimit"]) ?? 0;
        }

        return size;
    }

    private static void Raise(WorkloadDraft workload, string resource, decimal minimum, Func<decimal, string> format)
    {
        JsonObject[] limits = [.. workload.Containers.Select(container => container["resources"]!["limits"]!.AsObject())];
        decimal?[] amounts = [.. limits.Select(limit => AmountOf(limit[resource]))];
        if (amounts.Length == 0 || amounts.Contains(null) || amounts.Sum() >= minimum)
        {
            return;
        }

        var raised = format(minimum - amounts.Skip(1).Sum()!.Value);
        workload.NoteChanged($"Container {workload.Containers.First()["name"]} gets {raised} of {resource}: a guest needs that at least.");
        limits[0][resource] = raised;
    }

    // What is no quantity is left to the validator.
    private static decimal? AmountOf(JsonNode? quantity)
    {
        try
        {
            return quantity is null ? null : new ResourceQuantity(quantity.ToString()).ToDecimal();
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    private static void Complete(WorkloadDraft workload, JsonObject container, JsonObject limits, JsonObject? requests, string resource, string fallback)
    {
        if (limits[resource] is not null)
        {
            return;
        }

        var (value, reason) = requests?[resource] is { } request ? (request.DeepClone(), "its request") : (JsonValue.Create(fallback), "the default");
        limits[resource] = value;
        workload.NoteChanged($"Container {container["name"]} has no {resource} limit; it gets {reason}, {value}.");
    }

    private static JsonObject ObjectIn(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
        {
            child = [];
            parent[name] = child;
        }

        return child;
    }
}
