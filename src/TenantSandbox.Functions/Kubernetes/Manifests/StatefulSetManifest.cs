using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.Volumes;
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
        SetClaims(spec, workload, tenant, options);
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

        if (!Claims(wanted).SequenceEqual(Claims(live)))
        {
            yield return "volumeClaimTemplates";
        }
    }

    private static void SetClaims(V1StatefulSetSpec spec, WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options)
    {
        foreach (var (claim, template) in (spec.VolumeClaimTemplates ?? []).Zip(ClaimTemplate.Of(workload)))
        {
            VolumeMarks.SetLabels(claim.Metadata, workload, tenant, options);
            claim.Metadata.Annotations = new Dictionary<string, string>(claim.Metadata.Annotations ?? new Dictionary<string, string>())
            {
                [Labels.OnOffboard] = ClaimManifest.PolicyOf(template.Claim),
            };
            claim.Spec.VolumeMode = "Filesystem";
        }
    }

    // What Kubernetes compares and adds no defaults to.
    private static IEnumerable<(string, string, string, long, string?)> Claims(V1StatefulSet set) => (set.Spec.VolumeClaimTemplates ?? []).Select(c => (
        c.Metadata.Name,
        c.Spec.StorageClassName,
        string.Join(',', c.Spec.AccessModes),
        KeptClaim.RequestMiB(c),
        c.Metadata.Annotations?.TryGetValue(Labels.OnOffboard, out var policy) == true ? policy : null));
}
