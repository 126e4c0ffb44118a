using k8s.Models;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>Evaluates a StatefulSet: ready when every replica is ready and has the newest template.</summary>
internal static class StatefulSetVerdict
{
    /// <summary>The label with a pod's template.</summary>
    private const string RevisionLabel = "controller-revision-hash";

    public static WorkloadVerdict Of(WorkloadSpec workload, V1StatefulSet set, IReadOnlyCollection<V1Pod>? pods, RolloutFacts? facts)
    {
        if (!IsObserved(set))
        {
            return WorkloadVerdict.Progressing(workload, "the StatefulSet controller has not observed the change yet");
        }

        var (status, wanted) = (set.Status, DeploymentVerdict.WantedReplicas(workload, set.Spec.Replicas));
        // Kubernetes counts available pods since 1.22; without a time to wait they are the ready ones.
        var ready = set.Spec.MinReadySeconds > 0 ? status.AvailableReplicas.GetValueOrDefault() : status.ReadyReplicas.GetValueOrDefault();
        if (set.Spec.Replicas == wanted && status.Replicas == wanted && ready == wanted
            && status.UpdatedReplicas.GetValueOrDefault() == wanted && status.CurrentRevision == status.UpdateRevision)
        {
            return WorkloadVerdict.Ready(workload);
        }

        var creation = facts is null || pods?.Count >= wanted ? null : CreationCauses.Find(set, $"StatefulSet/{set.Metadata.Name}", facts, pods ?? []);
        return WorkloadVerdict.Unavailable(
            workload, $"{ready} of {wanted} ready, {status.UpdatedReplicas.GetValueOrDefault()} updated", WorkloadVerdict.CausesOf(pods, facts, creation));
    }

    /// <summary>
    /// The pods that hold up a StatefulSet in order: they aren't ready and have an older template, and Kubernetes replaces no pod before all
    /// those before it are ready, not even one whose template was corrected since (Kubernetes documentation, StatefulSets, forced rollback).
    /// </summary>
    public static IEnumerable<V1Pod> FindStuck(V1StatefulSet set, IEnumerable<V1Pod> pods) =>
        set.Spec.PodManagementPolicy == "Parallel" || !IsObserved(set) || set.Status.UpdateRevision is not { Length: > 0 } newest
            ? []
            : pods.Where(p => p.Metadata.DeletionTimestamp is null
                && p.Metadata.OwnerReferences?.Any(o => o.Uid == set.Metadata.Uid) == true
                && p.Metadata.Labels.TryGetValue(RevisionLabel, out var revision) && revision != newest
                && !p.IsReady());

    private static bool IsObserved(V1StatefulSet set) => set.Status?.ObservedGeneration is { } observed && observed >= set.Metadata.Generation;
}
