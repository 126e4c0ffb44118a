using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>Evaluates the progress of a rollout.</summary>
internal static class RolloutVerdict
{
    private const int MaxDetailLength = 1000;

    /// <param name="tenant">The desired state.</param>
    /// <param name="makers">The objects that make its pods, as read.</param>
    /// <param name="facts">What else was read; null to evaluate the objects only.</param>
    public static RolloutObservation Of(DesiredTenant tenant, IEnumerable<IKubernetesObject<V1ObjectMeta>> makers, RolloutFacts? facts)
    {
        var byName = makers.ToLookup(d => d.Metadata.Name, StringComparer.Ordinal);
        var podsByWorkload = facts?.Pods.ToLookup(WorkloadOf);
        var states = tenant.Spec.Workloads
            .Select(w => State(w, IsUnchangedJob(w, tenant.Former), [.. byName[w.Name]], podsByWorkload?[w.Name].ToArray(), facts))
            .ToArray();
        var condition = states.Max(s => s.Condition) switch
        {
            RolloutSeverity.Ready => RolloutCondition.Ready,
            RolloutSeverity.Progressing => RolloutCondition.Progressing,
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

    /// <summary>Whether a workload lacks pods that no other state explains, so that events are needed to find the cause.</summary>
    public static bool LacksPods(DesiredTenant tenant, IEnumerable<V1Pod> pods)
    {
        var byWorkload = pods.ToLookup(WorkloadOf);
        // A Deployment has a condition for it.
        return tenant.Spec.Workloads.Any(w => w.Kind is WorkloadKind.StatefulSet or WorkloadKind.Job && !byWorkload[w.Name].Any());
    }

    private static WorkloadVerdict State(
        WorkloadSpec workload, bool isUnchanged, IKubernetesObject<V1ObjectMeta>[] named, IReadOnlyCollection<V1Pod>? pods, RolloutFacts? facts) =>
        workload.Kind switch
        {
            WorkloadKind.Deployment when Find<V1Deployment>(named) is { } deployment => DeploymentVerdict.Of(workload, deployment, pods, facts),
            WorkloadKind.StatefulSet when Find<V1StatefulSet>(named) is { } set => StatefulSetVerdict.Of(workload, set, pods, facts),
            WorkloadKind.Job when Find<V1Job>(named) is { } job => JobVerdict.Of(workload, job, isUnchanged, pods, facts),
            // Its Jobs run when they are due.
            WorkloadKind.CronJob when Find<V1CronJob>(named) is not null => WorkloadVerdict.Ready(workload, "accepted"),
            _ => WorkloadVerdict.Progressing(workload, $"its {workload.Kind} does not exist yet"),
        };

    private static bool IsUnchangedJob(WorkloadSpec workload, FormerTenant? former) => workload.Kind == WorkloadKind.Job
        && former?.Spec.Workloads.FirstOrDefault(w => w.Name == workload.Name) is { Kind: WorkloadKind.Job } before
        && JobContent.HashOf(before) == JobContent.HashOf(workload);

    private static T? Find<T>(IKubernetesObject<V1ObjectMeta>[] named) => named.OfType<T>().FirstOrDefault();

    private static string WorkloadOf(V1Pod pod) => pod.Metadata.Labels?.TryGetValue(Labels.Workload, out var name) == true ? name : "";
}
