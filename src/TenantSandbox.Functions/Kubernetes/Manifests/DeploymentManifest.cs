using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The Deployment of one workload.</summary>
internal static class DeploymentManifest
{
    public static V1Deployment Deployment(WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options)
    {
        var metadata = WorkloadManifest.Metadata(workload, tenant, options);
        return new V1Deployment
        {
            ApiVersion = "apps/v1",
            Kind = "Deployment",
            Metadata = metadata,
            Spec = new V1DeploymentSpec
            {
                Replicas = WorkloadManifest.Replicas(workload, tenant),
                RevisionHistoryLimit = WorkloadManifest.RevisionHistoryLimit,
                ProgressDeadlineSeconds = options.Timing.RolloutSeconds,
                Selector = new V1LabelSelector { MatchLabels = WorkloadManifest.Selector(workload) },
                Strategy = ClaimManifest.UsesSingleAttach(workload, tenant.Spec) ? Recreate
                    : tenant.IsMoving ? Move
                    : Strategy(options.Workloads.MaxSurge),
                Template = PodManifest.Template(workload, metadata.Labels, tenant, options),
            },
        };
    }

    // A new pod could wait on another node for the volume that the old one still has.
    private static V1DeploymentStrategy Recreate => new() { Type = "Recreate" };

    // The new pool has capacity for every new pod, and the former pool's reservation is kept until they are ready.
    private static V1DeploymentStrategy Move => new()
    {
        Type = "RollingUpdate",
        RollingUpdate = new V1RollingUpdateDeployment { MaxSurge = "100%", MaxUnavailable = 0 },
    };

    private static V1DeploymentStrategy Strategy(int maxSurge) => new()
    {
        Type = "RollingUpdate",
        RollingUpdate = new V1RollingUpdateDeployment { MaxSurge = maxSurge, MaxUnavailable = maxSurge == 0 ? 1 : 0 },
    };
}
