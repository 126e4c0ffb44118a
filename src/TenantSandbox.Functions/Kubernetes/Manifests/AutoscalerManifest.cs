using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The HorizontalPodAutoscaler of a workload with a range of replicas.</summary>
internal static class AutoscalerManifest
{
    /// <summary>Null for a fixed number of replicas, and while the tenant is suspended: nothing may scale it up then.</summary>
    public static V2HorizontalPodAutoscaler? Autoscaler(WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options)
    {
        if (workload.Scaling is not { } scaling || tenant.IsSuspended)
        {
            return null;
        }

        var range = ReplicaRange.Of(scaling);
        return new V2HorizontalPodAutoscaler
        {
            ApiVersion = "autoscaling/v2",
            Kind = "HorizontalPodAutoscaler",
            Metadata = WorkloadManifest.Metadata(workload, tenant, options),
            Spec = new V2HorizontalPodAutoscalerSpec
            {
                ScaleTargetRef = new V2CrossVersionObjectReference { ApiVersion = "apps/v1", Kind = workload.Kind.ToString(), Name = workload.Name },
                MinReplicas = range.Min,
                MaxReplicas = range.Max,
                Metrics = [.. new[] { Metric("cpu", range.CpuPercent), Metric("memory", range.MemoryPercent) }.OfType<V2MetricSpec>()],
                Behavior = range.Behavior is { } behavior ? KubernetesJson.Deserialize<V2HorizontalPodAutoscalerBehavior>(behavior) : null,
            },
        };
    }

    private static V2MetricSpec? Metric(string resource, int? percent) => percent is null
        ? null
        : new V2MetricSpec
        {
            Type = "Resource",
            Resource = new V2ResourceMetricSource
            {
                Name = resource,
                Target = new V2MetricTarget { Type = "Utilization", AverageUtilization = percent },
            },
        };
}
