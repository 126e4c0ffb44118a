using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.Kinds;

/// <summary>The bounds within which a HorizontalPodAutoscaler keeps a workload's replicas, and what it scales by.</summary>
/// <param name="Min">Least number of replicas, 1 or more.</param>
/// <param name="Max">Greatest number of replicas. Capacity is reserved for it.</param>
/// <param name="CpuPercent">Wanted average use of CPU in percent of the limits; null when CPU isn't measured.</param>
/// <param name="MemoryPercent">The same for memory.</param>
/// <param name="Behavior">JSON of a HorizontalPodAutoscalerBehavior; null for Kubernetes' default.</param>
public sealed record ReplicaRange(int Min, int Max, int? CpuPercent, int? MemoryPercent, string? Behavior)
{
    /// <summary>The average use of CPU that is wanted when nothing else is stated; Kubernetes' own default.</summary>
    internal const int DefaultCpuPercent = 80;

    /// <summary>Reads stored settings.</summary>
    public static ReplicaRange Of(KindSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var content = settings.ToNode();
        var utilization = content["averageUtilization"] as JsonObject;
        return new(
            Number(content, "min") ?? 1,
            Number(content, "max") ?? 1,
            Number(utilization, "cpu"),
            Number(utilization, "memory"),
            content["behavior"]?.ToJsonString());
    }

    private static int? Number(JsonObject? content, string name) => (int?)content?[name]?.GetValue<long>();
}
