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
