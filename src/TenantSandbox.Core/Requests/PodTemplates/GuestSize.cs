using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.PodTemplates;

/// <summary>
/// The limits of a whole pod, which size its guest, as Kubernetes computes them: all containers and sidecars together, or the largest init
/// container with the sidecars that were started before it, whichever is more.
/// </summary>
/// <param name="CpuMillis">Thousandths of a core.</param>
/// <param name="MemoryMiB">MiB.</param>
/// <param name="EphemeralMiB">Of the node's disk, in MiB; 0 where nothing is stated.</param>
public sealed record GuestSize(int CpuMillis, int MemoryMiB, int EphemeralMiB = 0)
{
    /// <summary>The guest of a template's pods.</summary>
    public static GuestSize Of(PodTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return Of(template.ToNode()["spec"] as JsonObject);
    }

    /// <summary>The memory limit of a template's smallest container.</summary>
    public static int LeastContainerMiB(PodTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        var pod = template.ToNode()["spec"] as JsonObject;
        return Containers(pod, "containers").Concat(Containers(pod, "initContainers")).Min(c => Limits(c).MemoryMiB);
    }

    /// <summary>The guest of a pod that may be incomplete: what is missing counts nothing.</summary>
    internal static GuestSize Of(JsonObject? pod)
    {
        var peak = new GuestSize(0, 0);
        var sidecars = new GuestSize(0, 0);
        foreach (var init in Containers(pod, "initContainers"))
        {
            var limits = Limits(init);
            if (IsSidecar(init))
            {
                sidecars = sidecars.Add(limits);
                peak = peak.Max(sidecars);
            }
            else
            {
                peak = peak.Max(sidecars.Add(limits));
            }
        }

        return Containers(pod, "containers").Select(Limits).Aggregate(sidecars, (sum, limits) => sum.Add(limits)).Max(peak);
    }

    /// <summary>Whether an init container keeps running beside the containers.</summary>
    internal static bool IsSidecar(JsonObject initContainer) => initContainer["restartPolicy"] is not null;

    internal static IEnumerable<JsonObject> Containers(JsonObject? pod, string list) => (pod?[list] as JsonArray)?.OfType<JsonObject>() ?? [];

    private static GuestSize Limits(JsonObject container)
    {
        var limits = container["resources"]?["limits"];
        return new(
            limits?["cpu"]?.GetValue<string>() is { } cpu ? QuantityValue.ParseCpu(cpu) : 0,
            limits?["memory"]?.GetValue<string>() is { } memory ? QuantityValue.ParseMiB(memory) : 0,
            limits?["ephemeral-storage"]?.GetValue<string>() is { } disk ? QuantityValue.ParseMiB(disk) : 0);
    }

    // Sums of requests with too many containers could exceed an int.
    private GuestSize Add(GuestSize other) => new(
        Capped((long)CpuMillis + other.CpuMillis), Capped((long)MemoryMiB + other.MemoryMiB), Capped((long)EphemeralMiB + other.EphemeralMiB));

    private GuestSize Max(GuestSize other) => new(
        Math.Max(CpuMillis, other.CpuMillis), Math.Max(MemoryMiB, other.MemoryMiB), Math.Max(EphemeralMiB, other.EphemeralMiB));

    private static int Capped(long amount) => (int)Math.Min(amount, int.MaxValue);
}
