using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>Equal pods that a tenant wants to run.</summary>
/// <param name="Workload">The workload they belong to, for explanations.</param>
/// <param name="Replicas">How many.</param>
/// <param name="CpuMillis">CPU limit of each, in thousandths of a core.</param>
/// <param name="MemoryMiB">Memory limit of each, which is the guest's whole memory; the RuntimeClass's overhead comes on top.</param>
public sealed record PodGroup(
    [property: JsonPropertyName("workload")] string Workload,
    [property: JsonPropertyName("replicas")] int Replicas,
    [property: JsonPropertyName("cpuMillis")] int CpuMillis,
    [property: JsonPropertyName("memoryMiB")] int MemoryMiB);

/// <summary>What a set of pods takes of one pool's nodes, overhead included: all that the capacity model needs to know of it.</summary>
/// <param name="Pods">How many pods.</param>
/// <param name="Share">Sum of each pod's largest share of a node (CPU, memory or pod slots), in millionths, rounded up.</param>
/// <param name="MaxCpuMillis">The greatest pod's CPU.</param>
/// <param name="MaxMemoryMiB">The greatest pod's memory with overhead.</param>
public sealed record Footprint(
    [property: JsonPropertyName("pods")] int Pods,
    [property: JsonPropertyName("share")] long Share,
    [property: JsonPropertyName("maxCpu")] int MaxCpuMillis,
    [property: JsonPropertyName("maxMem")] int MaxMemoryMiB)
{
    /// <summary>No pods.</summary>
    public static Footprint None { get; } = new(0, 0, 0, 0);

    /// <summary>Both sets together.</summary>
    public Footprint Add(Footprint other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(
            Pods + other.Pods,
            Share + other.Share,
            Math.Max(MaxCpuMillis, other.MaxCpuMillis),
            Math.Max(MaxMemoryMiB, other.MaxMemoryMiB));
    }
}
