using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Evaluates the progress of a rollout.</summary>
internal static class RolloutVerdict
{
    private const int MaxDetailLength = 1000;

    // Waiting reasons that are permanent. ErrImagePull isn't: the kubelet retries, and reports ImagePullBackOff next.
    private static readonly string[] PermanentReasons = ["ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError"];

    /// <param name="tenant">The desired state.</param>
    /// <param name="deployments">Its Deployments, as read.</param>
    /// <param name="pods">Its pods, as read; null to evaluate the Deployments only.</param>
    public static RolloutObservation Of(DesiredTenant tenant, IEnumerable<V1Deployment> deployments, IReadOnlyCollection<V1Pod>? pods)
    {
        var byName = deployments.ToDictionary(d => d.Metadata.Name, StringComparer.Ordinal);
        var podsByWorkload = pods?.ToLookup(p => p.Metadata.Labels?.TryGetValue(Labels.Workload, out var name) == true ? name : "");
        var states = tenant.Spec.Workloads
            .Select(w => (Workload: w, State: State(w, byName.GetValueOrDefault(w.Name), podsByWorkload?[w.Name].ToArray())))
            .ToArray();
        var worst = states.Max(s => s.State.Condition switch
        {
            RolloutCondition.Ready => 0,
            RolloutCondition.Progressing => 1,
            _ => 2,
        });
        var condition = worst switch { 0 => RolloutCondition.Ready, 1 => RolloutCondition.Progressing, _ => RolloutCondition.Failed };
        var detail = condition == RolloutCondition.Ready
            ? $"{states.Length} of {states.Length} workloads available"
            : string.Join("; ", states.Where(s => s.State.Condition == condition).Select(s => $"{s.Workload.Name}: {s.State.Detail}"));
        return new RolloutObservation(condition, detail.Length <= MaxDetailLength ? detail : detail[..MaxDetailLength]);
    }

    private static RolloutObservation State(WorkloadSpec workload, V1Deployment? deployment, IReadOnlyCollection<V1Pod>? pods)
    {
        if (deployment is null)
        {
            return Progressing("its Deployment does not exist yet");
        }

        var status = deployment.Status;
        if (status?.ObservedGeneration is not { } observed || observed < deployment.Metadata.Generation)
        {
            return Progressing("the Deployment controller has not observed the change yet");
        }

        var wanted = workload.Replicas;
        if (deployment.Spec.Replicas == wanted && status.UpdatedReplicas.GetValueOrDefault() == wanted
            && status.Replicas.GetValueOrDefault() == wanted && status.AvailableReplicas.GetValueOrDefault() == wanted)
        {
            return new RolloutObservation(RolloutCondition.Ready, "available");
        }

        var reason = PodReason(pods) ?? ReplicaFailure(deployment)?.Message;
        if (Failure(deployment, pods) is { } failure)
        {
            return new RolloutObservation(RolloutCondition.Failed, reason is null || failure.Contains(reason, StringComparison.Ordinal) ? failure : $"{failure}; {reason}");
        }

        var progress = $"{status.AvailableReplicas.GetValueOrDefault()} of {wanted} available, {status.UpdatedReplicas.GetValueOrDefault()} updated";
        return Progressing(reason is null ? progress : $"{progress}; {reason}");
    }

    private static string? Failure(V1Deployment deployment, IReadOnlyCollection<V1Pod>? pods)
    {
        var progressing = deployment.Status.Conditions?.FirstOrDefault(c => c.Type == "Progressing");
        if (progressing is { Status: "False", Reason: "ProgressDeadlineExceeded" })
        {
            return $"ProgressDeadlineExceeded: {progressing.Message}";
        }

        if (ReplicaFailure(deployment) is { } refused && IsFinal(refused.Message, pods))
        {
            return $"{refused.Reason}: {refused.Message}";
        }

        return Waiting(pods).Where(w => PermanentReasons.Contains(w.Reason, StringComparer.Ordinal))
            .Select(w => $"{w.Reason}: {w.Message}").FirstOrDefault();
    }

    // A pod that violates a policy is refused for good. An exceeded quota is transient while pods are terminating; an uncounted quota
    // and an unknown RuntimeClass are transient until the API server has caught up.
    private static bool IsFinal(string? message, IReadOnlyCollection<V1Pod>? pods) => message switch
    {
        null => false,
        _ when message.Contains("violates PodSecurity", StringComparison.Ordinal) => true,
        _ when message.Contains("exceeded quota", StringComparison.Ordinal) => pods?.All(p => p.Metadata.DeletionTimestamp is null) == true,
        _ => false,
    };

    private static string? PodReason(IReadOnlyCollection<V1Pod>? pods) =>
        Waiting(pods).Where(w => w.Reason is not ("ContainerCreating" or "PodInitializing"))
            .Select(w => w.Message is { Length: > 0 } message ? $"{w.Reason}: {message}" : w.Reason).FirstOrDefault()
        ?? (pods ?? []).SelectMany(p => p.Status?.Conditions ?? [])
            .Where(c => c is { Type: "PodScheduled", Status: "False" } && c.Message is { Length: > 0 })
            .Select(c => $"{c.Reason}: {c.Message}").FirstOrDefault();

    private static IEnumerable<V1ContainerStateWaiting> Waiting(IReadOnlyCollection<V1Pod>? pods) => (pods ?? [])
        .Where(p => p.Metadata.DeletionTimestamp is null)
        .OrderBy(p => p.Metadata.Name, StringComparer.Ordinal)
        .SelectMany(p => p.Status?.ContainerStatuses ?? [])
        .Select(s => s.State?.Waiting).OfType<V1ContainerStateWaiting>();

    private static V1DeploymentCondition? ReplicaFailure(V1Deployment deployment) =>
        deployment.Status.Conditions?.FirstOrDefault(c => c is { Type: "ReplicaFailure", Status: "True" });

    private static RolloutObservation Progressing(string detail) => new(RolloutCondition.Progressing, detail);
}
