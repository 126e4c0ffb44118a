using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// The StatefulSet of one workload. In another pool its pods are replaced one after the other, like in any update: two pods of one name can't
/// run at the same time.
/// </summary>
internal static class StatefulSetManifest
{
    private const string OrderedReady = "OrderedReady";

    public static V1StatefulSet StatefulSet(WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options)
    {
        var metadata = WorkloadManifest.Metadata(workload, tenant, options);
        var spec = KubernetesJson.Deserialize<V1StatefulSetSpec>(workload.StatefulSet?.Json ?? "{}");
        spec.Replicas = WorkloadManifest.Replicas(workload, tenant);
        spec.RevisionHistoryLimit = WorkloadManifest.RevisionHistoryLimit;
        spec.Selector = new V1LabelSelector { MatchLabels = WorkloadManifest.Selector(workload) };
        spec.ServiceName = GoverningServices.NameOf(workload);
        spec.Template = PodManifest.Template(workload, metadata.Labels, tenant, options);
        spec.UpdateStrategy = new V1StatefulSetUpdateStrategy { Type = "RollingUpdate" };
        return new V1StatefulSet { ApiVersion = "apps/v1", Kind = "StatefulSet", Metadata = metadata, Spec = spec };
    }

    /// <summary>The fields that differ and can't be changed; <see cref="ImmutableFields"/> has them in requests.</summary>
    public static IEnumerable<string> ImmutableDifferences(V1StatefulSet wanted, V1StatefulSet live)
    {
        if ((wanted.Spec.PodManagementPolicy ?? OrderedReady) != (live.Spec.PodManagementPolicy ?? OrderedReady))
        {
            yield return "podManagementPolicy";
        }

        if (wanted.Spec.ServiceName != live.Spec.ServiceName)
        {
            yield return "serviceName";
        }
    }
}
