namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Keeps the numbered pods of a StatefulSet: creates them in order, updates and deletes them in reverse order, one at a time. As in
/// Kubernetes, a pod that never becomes ready blocks everything after it, also a corrected template.
/// </summary>
internal sealed class StatefulSetController(Cluster cluster) : IController
{
    private const string Component = "statefulset-controller";
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public bool IsAggregating => true;

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { IsTerminating: false } set)
        {
            return;
        }

        var revisions = StatefulSetRevisions.Sync(cluster, set, [.. PodsOf(set).Values]);
        var claims = new StatefulSetClaims(cluster, set);
        if (CreatePods(set, revisions, claims) && DeleteSurplus(set, claims))
        {
            UpdatePods(set, revisions);
        }

        UpdateStatus(set, revisions);
    }

    private SortedDictionary<long, StoredObject> PodsOf(StoredObject set)
    {
        var pods = new SortedDictionary<long, StoredObject>();
        foreach (var pod in cluster.Store.Dependents(set.Uid).Where(o => o.Key.Kind == Kinds.Pods))
        {
            if (long.TryParse(pod.Key.Name.AsSpan(pod.Key.Name.LastIndexOf('-') + 1), CultureInfo.InvariantCulture, out var ordinal))
            {
                pods[ordinal] = pod;
            }
        }

        return pods;
    }

    /// <summary>Creates missing pods, in order until one isn't ready; returns whether the next step may follow.</summary>
    private bool CreatePods(StoredObject set, StatefulSetRevisions revisions, StatefulSetClaims claims)
    {
        var (pods, isOrdered, (first, end)) = (PodsOf(set), IsOrdered(set), Range(set));
        for (var ordinal = first; ordinal < end; ordinal++)
        {
            var pod = pods.GetValueOrDefault(ordinal);
            if (pod is null && !CreatePod(set, ordinal, revisions, claims))
            {
                return false;
            }

            if (pod is { HasEnded: true, IsTerminating: false })
            {
                cluster.Events.Warning(set, "RecreatingFailedPod",
                    $"StatefulSet {set.Key.Namespace}/{set.Key.Name} is recreating failed Pod {pod.Key.Name}", Component);
                cluster.Registry.Delete(pod, new());
            }

            if (isOrdered && (pod is null || !IsAvailable(set, pod)))
            {
                return false;
            }
        }

        return true;
    }

    private bool CreatePod(StoredObject set, long ordinal, StatefulSetRevisions revisions, StatefulSetClaims claims)
    {
        var name = $"{set.Key.Name}-{ordinal}";
        var isUpdated = ordinal >= Range(set).First + Partition(set);
        var pod = PodCreation.FromTemplate(isUpdated ? revisions.UpdateTemplate : revisions.CurrentTemplate);
        var (metadata, spec) = (pod.EnsureObject("metadata"), pod.EnsureObject("spec"));
        metadata["name"] = name;
        var labels = metadata.EnsureObject("labels");
        labels["statefulset.kubernetes.io/pod-name"] = name;
        labels["apps.kubernetes.io/pod-index"] = $"{ordinal}";
        labels["controller-revision-hash"] = isUpdated ? revisions.Update : revisions.Current;
        spec["hostname"] = name;
        spec.SetOrRemove("subdomain", set.Json.GetNode("spec", "serviceName"));
        try
        {
            claims.Create(ordinal, spec);
            cluster.CreatePod(set, pod);
            cluster.Events.Normal(set, "SuccessfulCreate", $"create Pod {name} in StatefulSet {set.Key.Name} successful", Component);
            return true;
        }
        catch (StatusException e)
        {
            cluster.Events.Warning(
                set, "FailedCreate", $"create Pod {name} in StatefulSet {set.Key.Name} failed error: {e.Message}", Component);
            cluster.EnqueueAfter(this, set.Key, RetryAfter);
            return false;
        }
    }

    private bool DeleteSurplus(StoredObject set, StatefulSetClaims claims)
    {
        var (pods, isOrdered, (first, end)) = (PodsOf(set), IsOrdered(set), Range(set));
        foreach (var (ordinal, pod) in pods.Reverse().Where(p => p.Key < first || p.Key >= end))
        {
            if (!pod.IsTerminating)
            {
                claims.Release(ordinal, pod);
                DeletePod(set, pod);
            }

            if (isOrdered)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Deletes the last pod that has another revision, so that it is created again.</summary>
    private void UpdatePods(StoredObject set, StatefulSetRevisions revisions)
    {
        if (set.Json.GetString("spec", "updateStrategy", "type") == "OnDelete")
        {
            return;
        }

        foreach (var (_, pod) in PodsOf(set).Reverse().Where(p => p.Key >= Range(set).First + Partition(set)))
        {
            if (!pod.IsTerminating && StatefulSetRevisions.RevisionOf(pod) != revisions.Update)
            {
                DeletePod(set, pod);
                return;
            }

            if (!IsAvailable(set, pod))
            {
                return;
            }
        }
    }

    private void DeletePod(StoredObject set, StoredObject pod)
    {
        cluster.Registry.Delete(pod, new());
        cluster.Events.Normal(set, "SuccessfulDelete", $"delete Pod {pod.Key.Name} in StatefulSet {set.Key.Name} successful", Component);
    }

    private void UpdateStatus(StoredObject set, StatefulSetRevisions revisions)
    {
        var pods = PodsOf(set).Values.ToList();
        var live = pods.FindAll(p => !p.IsTerminating).ToLookup(p => StatefulSetRevisions.RevisionOf(p));
        var (ready, updated) = (pods.Count(p => p is { IsReady: true, IsTerminating: false }), live[revisions.Update].Count());
        var isComplete = set.Json.GetString("spec", "updateStrategy", "type") != "OnDelete" && updated == pods.Count && ready == pods.Count;
        var current = isComplete ? revisions.Update : revisions.Current;
        cluster.Registry.Modify(set, json => json["status"] = JsonTemplate.Fill($$"""
            {"observedGeneration":{{json["metadata"]!["generation"]}},"replicas":{{pods.Count}},
            "readyReplicas":{{JsonEditing.NullIfZero(ready)}},"availableReplicas":{{pods.Count(p => IsAvailable(set, p))}},
            "currentReplicas":{{JsonEditing.NullIfZero(live[current].Count())}},"updatedReplicas":{{JsonEditing.NullIfZero(updated)}},
            "currentRevision":{{current}},"updateRevision":{{revisions.Update}},"collisionCount":0}
            """));
    }

    /// <summary>Whether a pod has been ready for long enough; enqueues the set for when it will have been.</summary>
    private bool IsAvailable(StoredObject set, StoredObject pod)
    {
        if (pod is not { IsReady: true, IsTerminating: false })
        {
            return false;
        }

        var since = Condition.Find(pod.Json, "Ready").GetTime("lastTransitionTime") ?? cluster.Now;
        var wait = since + TimeSpan.FromSeconds(set.Json.GetInteger("spec", "minReadySeconds") ?? 0) - cluster.Now;
        if (wait > TimeSpan.Zero)
        {
            cluster.EnqueueAfter(this, set.Key, wait);
        }

        return wait <= TimeSpan.Zero;
    }

    private static bool IsOrdered(StoredObject set) => set.Json.GetString("spec", "podManagementPolicy") != "Parallel";

    private static long Partition(StoredObject set) => set.Json.GetInteger("spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;

    private static (long First, long End) Range(StoredObject set)
    {
        var first = set.Json.GetInteger("spec", "ordinals", "start") ?? 0;
        return (first, first + set.Json.GetInteger("spec", "replicas")!.Value);
    }
}
