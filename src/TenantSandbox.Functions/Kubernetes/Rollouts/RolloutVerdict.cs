using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>Evaluates the progress of a rollout.</summary>
internal static class RolloutVerdict
{
    private const int MaxDetailLength = 1000;

    /// <param name="tenant">The desired state.</param>
    /// <param name="deployments">Its Deployments, as read.</param>
    /// <param name="facts">What else was read; null to evaluate the Deployments only.</param>
    public static RolloutObservation Of(DesiredTenant tenant, IEnumerable<V1Deployment> deployments, RolloutFacts? facts)
    {
        var byName = deployments.ToDictionary(d => d.Metadata.Name, StringComparer.Ordinal);
        var podsByWorkload = facts?.Pods.ToLookup(WorkloadOf);
        var states = tenant.Spec.Workloads
            .Select(w => State(w, byName.GetValueOrDefault(w.Name), podsByWorkload?[w.Name].ToArray(), facts))
            .ToArray();
        var condition = states.Max(s => s.Condition) switch
        {
            Severity.Ready => RolloutCondition.Ready,
            Severity.Progressing => RolloutCondition.Progressing,
            _ => RolloutCondition.Failed,
        };
        if (condition == RolloutCondition.Ready)
        {
            return new RolloutObservation(condition, $"{states.Length} of {states.Length} workloads available");
        }

        var worst = states.Where(s => s.Condition == states.Max(o => o.Condition)).ToArray();
        var detail = string.Join("; ", worst.Select(s => $"{s.Workload}: {s.Detail}"));
        var cause = worst.Select(s => s.Cause).OfType<RolloutCause>().MinBy(c => c.Rank);
        return new RolloutObservation(
            condition,
            detail.Length <= MaxDetailLength ? detail : detail[..MaxDetailLength],
            cause?.Code,
            cause?.Class ?? ErrorClass.Transient,
            facts is null ? null : RolloutEvidences.Of(condition, states.SelectMany(s => s.Causes), facts));
    }

    private static WorkloadState State(WorkloadSpec workload, V1Deployment? deployment, IReadOnlyCollection<V1Pod>? pods, RolloutFacts? facts)
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
            return new WorkloadState(workload.Name, Severity.Ready, "available", []);
        }

        RolloutCause[] causes =
        [
            .. (pods ?? []).OrderBy(p => p.Metadata.Name, StringComparer.Ordinal).Select(p => PodCauses.Of(p, facts!))
                .Append(DeploymentCauses.Refusal(deployment, pods)).OfType<RolloutCause>().OrderBy(c => c.Rank),
        ];
        var deadline = DeploymentCauses.Deadline(deployment);
        if (deadline is not null)
        {
            // The deadline alone doesn't say whose fault it is; what a pod shows does.
            return new WorkloadState(
                workload.Name, Severity.Failed, causes is [var real, ..] ? $"{deadline}; {real}" : $"{deadline}", [.. causes, deadline]);
        }

        if (causes is [{ IsFinal: true } final, ..])
        {
            return new WorkloadState(workload.Name, Severity.Failed, $"{final}", causes);
        }

        var progress = $"{status.AvailableReplicas.GetValueOrDefault()} of {wanted} available, {status.UpdatedReplicas.GetValueOrDefault()} updated";
        return new WorkloadState(workload.Name, Severity.Progressing, causes is [var first, ..] ? $"{progress}; {first}" : progress, causes);

        WorkloadState Progressing(string detail) => new(workload.Name, Severity.Progressing, detail, []);
    }

    private static string WorkloadOf(V1Pod pod) => pod.Metadata.Labels?.TryGetValue(Labels.Workload, out var name) == true ? name : "";

    private enum Severity
    {
        Ready,
        Progressing,
        Failed,
    }

    private sealed record WorkloadState(string Workload, Severity Condition, string Detail, IReadOnlyList<RolloutCause> Causes)
    {
        public RolloutCause? Cause => Causes.Count > 0 ? Causes[0] : null;
    }
}
