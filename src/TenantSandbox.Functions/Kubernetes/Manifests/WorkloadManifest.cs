using System.Globalization;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The object that makes a workload's pods, of the workload's kind.</summary>
internal static class WorkloadManifest
{
    /// <summary>Old templates that Deployments and StatefulSets keep.</summary>
    public const int RevisionHistoryLimit = 2;

    public static IKubernetesObject<V1ObjectMeta> Of(WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options) => workload.Kind switch
    {
        WorkloadKind.StatefulSet => StatefulSetManifest.StatefulSet(workload, tenant, options),
        WorkloadKind.Job => JobManifest.Job(workload, tenant, options),
        WorkloadKind.CronJob => JobManifest.CronJob(workload, tenant, options),
        _ => DeploymentManifest.Deployment(workload, tenant, options),
    };

    /// <summary>The template of the object's pods.</summary>
    public static V1PodTemplateSpec TemplateOf(IKubernetesObject<V1ObjectMeta> manifest) => manifest switch
    {
        V1Deployment deployment => deployment.Spec.Template,
        V1StatefulSet set => set.Spec.Template,
        V1Job job => job.Spec.Template,
        V1CronJob cronJob => cronJob.Spec.JobTemplate.Spec.Template,
        _ => throw new ArgumentException($"Objects of type {manifest.GetType().Name} make no pods.", nameof(manifest)),
    };

    /// <summary>The metadata of a workload's object. Its labels are also those of the pods.</summary>
    public static V1ObjectMeta Metadata(WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options)
    {
        var metadata = NamespaceManifest.Metadata(workload.Name, tenant, options);
        metadata.Labels[Labels.Workload] = workload.Name;
        metadata.Annotations = new Dictionary<string, string>
        {
            [Labels.Revision] = tenant.Revision.ToString(CultureInfo.InvariantCulture),
        };
        return metadata;
    }

    /// <summary>A selector is immutable, so it contains nothing that can change.</summary>
    public static Dictionary<string, string> Selector(WorkloadSpec workload) => new() { [Labels.Workload] = workload.Name };

    /// <summary>The replicas that are applied; null where an autoscaler decides, see <see cref="ReplicaScaling"/>.</summary>
    public static int? Replicas(WorkloadSpec workload, DesiredTenant tenant) =>
        workload.Scaling is not null ? null : tenant.IsSuspended ? 0 : workload.Replicas;
}
