using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Cli.Convert;

/// <summary>Makes ranges of replicas of HorizontalPodAutoscalers.</summary>
internal static class AutoscalerMapping
{
    /// <returns>What is lost of autoscalers whose target isn't converted.</returns>
    public static IReadOnlyList<ConversionNote> Apply(IEnumerable<V2HorizontalPodAutoscaler> autoscalers, IReadOnlyList<WorkloadDraft> workloads)
    {
        var notes = new List<ConversionNote>();
        foreach (var autoscaler in autoscalers)
        {
            var id = $"HorizontalPodAutoscaler/{autoscaler.Metadata?.Name}";
            var target = autoscaler.Spec?.ScaleTargetRef;
            if (workloads.FirstOrDefault(w => w.Source == $"{target?.Kind}/{target?.Name}") is not { } workload)
            {
                notes.Add(new(id, ConversionNoteKind.NotTaken, $"It scales {target?.Kind}/{target?.Name}, which isn't converted."));
                continue;
            }

            workload.Set("replicas", RangeOf(workload, autoscaler.Spec!, id));
        }

        return notes;
    }

    private static JsonObject RangeOf(WorkloadDraft workload, V2HorizontalPodAutoscalerSpec spec, string id)
    {
        var max = Math.Clamp(spec.MaxReplicas, 1, RequestLimits.MaxReplicas);
        if (max < spec.MaxReplicas)
        {
            workload.NoteNotTaken($"maxReplicas: {max} instead of {spec.MaxReplicas}, the most that a workload may have.", id);
        }

        if (spec.MinReplicas == 0)
        {
            workload.NoteNotTaken("minReplicas: 1 instead of 0; a workload isn't scaled to zero.", id);
        }

        var range = new JsonObject { ["min"] = Math.Clamp(spec.MinReplicas ?? 1, 1, max), ["max"] = max };
        var utilization = new JsonObject();
        foreach (var (i, metric) in (spec.Metrics ?? []).Index())
        {
            if (metric is
                { Type: "Resource", Resource: { Name: "cpu" or "memory", Target: { Type: "Utilization", AverageUtilization: { } percent } } resource })
            {
                utilization[resource.Name] = Math.Clamp(percent, 1, 100);
                workload.NoteChanged($"metrics.{i}: {Math.Clamp(percent, 1, 100)} % of the {resource.Name} limits, which requests are raised to.", id);
            }
            else
            {
                workload.NoteNotTaken($"metrics.{i}: a request scales by the average utilization of cpu and memory only.", id);
            }
        }

        if (utilization.Count > 0)
        {
            range["averageUtilization"] = utilization;
        }

        if (spec.Behavior is { } behavior)
        {
            range["behavior"] = JsonNode.Parse(KubernetesJson.Serialize(behavior));
        }

        return range;
    }
}
