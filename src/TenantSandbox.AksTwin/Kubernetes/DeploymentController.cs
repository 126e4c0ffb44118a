namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Rolls out a Deployment's template through its ReplicaSets and reports progress in conditions.</summary>
internal sealed class DeploymentController(Cluster cluster) : IController
{
    private const string Component = "deployment-controller";
    private const string HashLabel = "pod-template-hash";
    private const string RevisionAnnotation = "deployment.kubernetes.io/revision";

    public bool IsAggregating => true;

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { IsTerminating: false } deployment)
        {
            return;
        }

        var sets = ReplicaSetsOf(deployment);
        var hash = DeterministicNames.Suffix(deployment.Json.GetNode("spec", "template")!.ToJsonString(), 10);
        var current = sets.Find(s => s.Json.GetString("metadata", "labels", HashLabel) == hash);
        List<StoredObject> old = [.. sets.Where(s => s != current).OrderBy(RevisionOf)];
        // First scale the new set up within the surge, then the old sets down. Recreating waits until no pod of the old sets is left.
        var (desired, maxSurge, _) = GetTargets(deployment);
        var existing = current is null ? 0 : Replicas(current);
        var target = IsRecreated(deployment)
            ? old.Exists(HasPods) ? Math.Min(existing, desired) : desired
            : Math.Min(desired, existing + Math.Max(0, desired + maxSurge - existing - old.Sum(Replicas)));
        current ??= CreateReplicaSet(deployment, hash, target);
        var newest = old.Count == 0 ? 1 : RevisionOf(old[^1]) + 1;
        if (RevisionOf(current) < newest)
        {
            current = SetRevision(current, newest);
            deployment = SetRevision(deployment, newest);
        }

        Scale(deployment, current, target);
        ScaleDownOld(deployment, Math.Min(target, Count(current, "availableReplicas")), old.FindAll(s => !s.IsTerminating));
        sets = ReplicaSetsOf(deployment);
        UpdateStatus(deployment, sets.Find(s => s.Uid == current.Uid)!, sets);
    }

    private List<StoredObject> ReplicaSetsOf(StoredObject deployment) => [.. cluster.Store.Dependents(deployment.Uid)];

    private StoredObject SetRevision(StoredObject item, long revision) =>
        cluster.Registry.Modify(item, json => json.EnsureObject("metadata", "annotations")[RevisionAnnotation] = $"{revision}");

    private StoredObject CreateReplicaSet(StoredObject deployment, string hash, long replicas)
    {
        var (spec, name) = (deployment.CopyJson().GetObject("spec")!, $"{deployment.Key.Name}-{hash}");
        spec.EnsureObject("template", "metadata", "labels")[HashLabel] = hash;
        spec.EnsureObject("selector", "matchLabels")[HashLabel] = hash;
        var created = cluster.Registry.Create(Kinds.ReplicaSets, deployment.Key.Namespace, JsonTemplate.Fill($$"""
            {"metadata":{"name":{{name}},"labels":{{spec.GetNode("template", "metadata", "labels")}},
                "annotations":{{deployment.Json.GetNode("metadata", "annotations")}},
                "ownerReferences":{{deployment.ToControllerReferences()}} },
            "spec":{"replicas":{{replicas}},"minReadySeconds":{{spec["minReadySeconds"]}},"selector":{{spec["selector"]}},
                "template":{{spec["template"]}} } }
            """));
        RecordScaling(deployment, name, 0, replicas);
        return created;
    }

    /// <summary>Scales old sets down as far as maxUnavailable allows, and deletes empty ones beyond the history limit.</summary>
    private void ScaleDownOld(StoredObject deployment, long available, List<StoredObject> old)
    {
        var (desired, _, maxUnavailable) = GetTargets(deployment);
        var removable = IsRecreated(deployment) ? old.Sum(Replicas) : Math.Max(0, old.Sum(Replicas) + available - (desired - maxUnavailable));
        foreach (var set in old)
        {
            var removed = Math.Min(Replicas(set), removable);
            Scale(deployment, set, Replicas(set) - removed);
            removable -= removed;
        }

        var empty = old.Where(s => Replicas(s) == 0 && Count(s, "replicas") == 0).ToList();
        foreach (var set in empty.Take((int)(empty.Count - deployment.Json.GetInteger("spec", "revisionHistoryLimit")!.Value)))
        {
            cluster.Registry.Delete(set, new());
        }
    }

    private void Scale(StoredObject deployment, StoredObject set, long replicas)
    {
        var (previous, next) = (Replicas(set), set.CopyJson());
        if (previous == replicas)
        {
            return;
        }

        next.EnsureObject("spec")["replicas"] = replicas;
        cluster.Registry.Update(set, next);
        RecordScaling(deployment, set.Key.Name, previous, replicas);
    }

    private void RecordScaling(StoredObject deployment, string set, long from, long to) => cluster.Events.Normal(
        deployment, "ScalingReplicaSet", $"Scaled {(to > from ? "up" : "down")} replica set {set} from {from} to {to}", Component);

    private void UpdateStatus(StoredObject deployment, StoredObject current, List<StoredObject> sets)
    {
        var (desired, _, maxUnavailable) = GetTargets(deployment);
        var (total, updated) = (sets.Sum(s => Count(s, "replicas")), Count(current, "replicas"));
        var (ready, available) = (sets.Sum(s => Count(s, "readyReplicas")), sets.Sum(s => Count(s, "availableReplicas")));
        var isComplete = updated == desired && total == desired && available == desired;
        var deadline = TimeSpan.FromSeconds(deployment.Json.GetInteger("spec", "progressDeadlineSeconds")!.Value);
        var reported = cluster.Registry.Modify(deployment, json =>
        {
            var (before, conditions) = (json.EnsureObject("status"), json.GetNode("status", "conditions"));
            before.Remove("conditions");
            json["status"] = JsonTemplate.Fill($$"""
                {"observedGeneration":{{json["metadata"]!["generation"]}},
                "replicas":{{JsonEditing.NullIfZero(total)}},"updatedReplicas":{{JsonEditing.NullIfZero(updated)}},
                "readyReplicas":{{JsonEditing.NullIfZero(ready)}},"availableReplicas":{{JsonEditing.NullIfZero(available)}},
                "unavailableReplicas":{{JsonEditing.NullIfZero(total - available)}} }
                """);
            var hasProgressed = conditions is null || !JsonNode.DeepEquals(before, json["status"]);
            json.EnsureObject("status").SetOrRemove("conditions", conditions);
            DeploymentConditions.SetAvailable(json, cluster.Now, available >= desired - maxUnavailable);
            DeploymentConditions.SetProgressing(
                json, cluster.Now, $"ReplicaSet \"{current.Key.Name}\"", isComplete, hasProgressed, isNew: updated == 0, deadline);
            DeploymentConditions.SetReplicaFailure(json, cluster.Now, sets);
        });
        // lastUpdateTime has whole seconds, so a second is added.
        var due = Condition.Find(reported.Json, "Progressing").GetTime("lastUpdateTime") + deadline + TimeSpan.FromSeconds(1);
        if (!isComplete && Condition.IsTrue(reported.Json, "Progressing"))
        {
            cluster.EnqueueAfter(this, reported.Key, due!.Value - cluster.Now);
        }
    }

    /// <summary>The desired number of pods, and how many more and fewer a rollout may have.</summary>
    private static (long Desired, long MaxSurge, long MaxUnavailable) GetTargets(StoredObject deployment)
    {
        var (desired, rolling) = (Replicas(deployment), deployment.Json.GetObject("spec", "strategy", "rollingUpdate"));
        var (maxSurge, maxUnavailable) = ((long)Math.Ceiling(Resolve("maxSurge")), (long)Math.Floor(Resolve("maxUnavailable")));
        return (desired, maxSurge, maxSurge + maxUnavailable == 0 ? 1 : maxUnavailable);

        double Resolve(string name) => rolling.GetInteger(name)
            ?? desired * double.Parse(rolling.GetString(name)?.TrimEnd('%') ?? "0", CultureInfo.InvariantCulture) / 100;
    }

    private static bool IsRecreated(StoredObject deployment) => deployment.Json.GetString("spec", "strategy", "type") == "Recreate";

    private bool HasPods(StoredObject set) => Replicas(set) > 0 || cluster.Store.Dependents(set.Uid).Any();

    private static long Replicas(StoredObject set) => set.Json.GetInteger("spec", "replicas")!.Value;

    private static long Count(StoredObject set, string field) => set.Json.GetInteger("status", field) ?? 0;

    private static long RevisionOf(StoredObject set) =>
        long.TryParse(set.Json.GetString("metadata", "annotations", RevisionAnnotation), out var revision) ? revision : 0;
}
