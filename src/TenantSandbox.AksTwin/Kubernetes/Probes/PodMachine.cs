using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The machine that a pod's containers see: a guest of their own under Kata, the node under runc.</summary>
internal static class PodMachine
{
    private const long MiB = 1L << 20;

    /// <summary>Guest memory of a pod without limits, and the least that a guest has (docs of AKS, considerations-pod-sandboxing).</summary>
    private const long DefaultMemory = 512 * MiB;

    /// <summary>
    /// What the guest's kernel keeps of its memory: an estimate, since nothing is published. A 64th is Linux's table of pages (64 bytes for
    /// each of 4,096), the rest its code and data.
    /// </summary>
    private const long KernelMemory = 16 * MiB;

    /// <param name="pod">The pod.</param>
    /// <param name="node">Its node.</param>
    /// <param name="isKata">Whether it runs in a guest.</param>
    /// <param name="guestMemory">The guest's memory in bytes in the place of that of its limits; null for these.</param>
    public static ProbeGuest Of(JsonObject pod, JsonObject node, bool isKata, long? guestMemory = null)
    {
        if (!isKata)
        {
            var capacity = PodResources.ParseQuantities(node.GetObject("status", "capacity"));
            var info = node.GetObject("status", "nodeInfo");
            return new(
                info.GetString("kernelVersion") ?? "",
                "#1 SMP PREEMPT_DYNAMIC Thu Aug 20 08:12:31 UTC 2026",
                info.GetString("bootID") ?? "",
                (long)capacity.GetValueOrDefault("memory"),
                (int)capacity.GetValueOrDefault("cpu"));
        }

        var memory = guestMemory ?? Sum(pod, "memory") switch { 0 => DefaultMemory, var limit => (long)limit };
        return new(
            Kubelet.KataGuestKernel,
            "#1 SMP Thu Aug 20 07:44:10 UTC 2026",
            DeterministicNames.Uid($"{pod.GetString("metadata", "uid")}/boot"),
            Math.Max(MiB, memory - (memory / 64) - KernelMemory),
            Math.Max(1, (int)Math.Ceiling(Sum(pod, "cpu"))));
    }

    /// <summary>The sum of the limits of all containers: Kata sizes a guest by them.</summary>
    private static decimal Sum(JsonObject pod, string resource) => pod.GetObjects("spec", "containers")
        .Concat(pod.GetObjects("spec", "initContainers").Where(PodResources.IsSidecar))
        .Sum(c => PodResources.ParseQuantities(c.GetObject("resources", "limits")).GetValueOrDefault(resource));
}
