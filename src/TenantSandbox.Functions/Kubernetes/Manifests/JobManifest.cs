using System.Security.Cryptography;
using System.Text;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The Job or CronJob of one workload.</summary>
internal static class JobManifest
{
    public static V1Job Job(WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options)
    {
        var metadata = WorkloadManifest.Metadata(workload, tenant, options);
        var spec = Spec(workload, metadata.Labels, tenant, options);
        // Absent is false; API servers before 1.21 know no suspended Jobs.
        spec.Suspend = tenant.IsSuspended ? true : null;
        metadata.Annotations[Labels.JobContent] = JobContent.HashOf(workload);
        metadata.Annotations[Labels.JobTemplate] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(KubernetesJson.Serialize(spec.Template))));
        return new V1Job { ApiVersion = "batch/v1", Kind = "Job", Metadata = metadata, Spec = spec };
    }

    public static V1CronJob CronJob(WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options)
    {
        var metadata = WorkloadManifest.Metadata(workload, tenant, options);
        var spec = KubernetesJson.Deserialize<V1CronJobSpec>(workload.CronJob!.Json);
        spec.Suspend = tenant.IsSuspended ? true : null;
        spec.JobTemplate = new V1JobTemplateSpec
        {
            Metadata = new V1ObjectMeta { Labels = metadata.Labels },
            Spec = Spec(workload, metadata.Labels, tenant, options),
        };
        return new V1CronJob { ApiVersion = "batch/v1", Kind = "CronJob", Metadata = metadata, Spec = spec };
    }

    private static V1JobSpec Spec(WorkloadSpec workload, IDictionary<string, string> labels, DesiredTenant tenant, TenantSandboxOptions options)
    {
        var spec = KubernetesJson.Deserialize<V1JobSpec>(workload.Job?.Json ?? "{}");
        spec.Template = PodManifest.Template(workload, labels, tenant, options);
        return spec;
    }
}
