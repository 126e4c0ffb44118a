using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>Evaluates a Deployment: ready when every replica is updated and available.</summary>
internal static class DeploymentVerdict
{
    public static WorkloadVerdict Of(WorkloadSpec workload, V1Deployment deployment, IReadOnlyCollection<V1Pod>? pods, RolloutFacts? facts)
    {
        var status = deployment.Status;
        if (status?.ObservedGeneration is not { } observed || observed < deployment.Metadata.Generation)
        {
            return WorkloadVerdict.Progressing(workload, "the Deployment controller has not observed the change yet");
        }

        var wanted = WantedReplicas(workload, deployment.Spec.Replicas);
        if (deployment.Spec.Replicas == wanted && status.UpdatedReplicas.GetValueOrDefault() == wanted
            && status.Replicas.GetValueOrDefault() == wanted && status.AvailableReplicas.GetValueOrDefault() == wanted)
        {
            return WorkloadVerdict.Ready(workload);
        }

        var causes = WorkloadVerdict.CausesOf(pods, facts, DeploymentCauses.Refusal(deployment, pods));
        if (DeploymentCauses.Deadline(deployment) is { } deadline)
        {
            // The deadline alone doesn't say whose fault it is; what a pod shows does.
            return new WorkloadVerdict(
                workload.Name, RolloutSeverity.Failed, causes is [var real, ..] ? $"{deadline}; {real}" : $"{deadline}", [.. causes, deadline]);
        }

        return WorkloadVerdict.Unavailable(
            workload, $"{status.AvailableReplicas.GetValueOrDefault()} of {wanted} available, {status.UpdatedReplicas.GetValueOrDefault()} updated", causes);
    }

    /// <summary>The replicas that must be there: what an autoscaler asks for within its range, or the fixed number.</summary>
    public static int WantedReplicas(WorkloadSpec workload, int? current) =>
        workload.Scaling is { } scaling ? ReplicaScaling.Within(ReplicaRange.Of(scaling), current, isSuspended: false) : workload.Replicas;
}
