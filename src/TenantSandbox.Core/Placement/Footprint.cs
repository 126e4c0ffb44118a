using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>A number of equal pods that a tenant wants to run.</summary>
/// <param name="Workload">The workload they belong to, for explanations.</param>
/// <param name="Replicas">Number of pods.</param>
/// <param name="CpuMillis">CPU limit of each pod, in thousandths of a core.</param>
/// <param name="MemoryMiB">Memory limit of each pod, which is the guest's whole memory; the RuntimeClass's overhead is added to it.</param>
/// <param name="EphemeralMiB">What each pod may take of its node's disk; 0 where nothing is stated.</param>
public sealed record PodGroup(
    [property: JsonPropertyName("workload")] string Workload,
    [property: JsonPropertyName("replicas")] int Replicas,
    [property: JsonPropertyName("cpuMillis")] int CpuMillis,
    [property: JsonPropertyName("memoryMiB")] int MemoryMiB,
    [property: JsonPropertyName("ephemeralMiB"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int EphemeralMiB = 0);

/// <summary>What a set of pods needs of one pool's nodes, including overhead, reduced to what the capacity model needs.</summary>
/// <param name="Pods">Number of pods.</param>
/// <param name="Share">Sum of each pod's largest share of a node (CPU, memory, disk or pod slots), in millionths, rounded up.</param>
/// <param name="MaxCpuMillis">CPU of the largest pod, in thousandths of a core.</param>
/// <param name="MaxMemoryMiB">Memory of the largest pod, including overhead.</param>
/// <param name="MaxEphemeralMiB">Disk of the pod that takes the most; 0 where nothing is stated.</param>
public sealed record Footprint(
    [property: JsonPropertyName("pods")] int Pods,
    [property: JsonPropertyName("share")] long Share,
    [property: JsonPropertyName("maxCpu")] int MaxCpuMillis,
    [property: JsonPropertyName("maxMem")] int MaxMemoryMiB,
    [property: JsonPropertyName("maxDisk"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int MaxEphemeralMiB = 0)
{
    /// <summary>No pods.</summary>
    public static Footprint None { get; } = new(0, 0, 0, 0);

    /// <summary>The footprint of both sets together.</summary>
    public Footprint Add(Footprint other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(
            Pods + other.Pods,
            Share + other.Share,
            Math.Max(MaxCpuMillis, other.MaxCpuMillis),
            Math.Max(MaxMemoryMiB, other.MaxMemoryMiB),
            Math.Max(MaxEphemeralMiB, other.MaxEphemeralMiB));
    }

    /// <summary>The component-wise maximum: what is needed while one set of pods is replaced by the other in place.</summary>
    public Footprint Max(Footprint other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(
            Math.Max(Pods, other.Pods),
            Math.Max(Share, other.Share),
            Math.Max(MaxCpuMillis, other.MaxCpuMillis),
            Math.Max(MaxMemoryMiB, other.MaxMemoryMiB),
            Math.Max(MaxEphemeralMiB, other.MaxEphemeralMiB));
    }
}
