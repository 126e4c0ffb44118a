namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Rolls a Deployment's template out over its ReplicaSets, and says in conditions how that goes.</summary>
internal sealed class DeploymentController(Cluster cluster) : IController
{
    private const string Component = "deployment-controller";
    private const string Hash = "pod-template-hash";
    private const string Revision = "deployment.kubernetes.io/revision";

    public bool SumsUp => true;

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { IsTerminating: false } deployment)
        {
            return;
        }

        var (sets, hash) = (SetsOf(deployment), Names.Suffix(deployment.Json.At("spec", "template")!.ToJsonString(), 10));
        var current = sets.Find(s => s.Json.Text("metadata", "labels", Hash) == hash);
        List<StoredObject> old = [.. sets.Where(s => s != current).OrderBy(RevisionOf)];
        // Up to the surge with the new; then down with the old.
        var (want, surge, _) = Want(deployment);
        var have = current is null ? 0 : Replicas(current);
        var up = Math.Min(want, have + Math.Max(0, want + surge - have - old.Sum(Replicas)));
        current ??= Make(deployment, hash, up);
        var newest = old.Count == 0 ? 1 : RevisionOf(old[^1]) + 1;
        if (RevisionOf(current) < newest)
        {
            current = cluster.Registry.Edit(current, json => json.Ensure("metadata", "annotations")[Revision] = $"{newest}");
            deployment = cluster.Registry.Edit(deployment, json => json.Ensure("metadata", "annotations")[Revision] = $"{newest}");
        }

        Scale(deployment, current, up);
        Shrink(deployment, Math.Min(up, Count(current, "availableReplicas")), old.FindAll(s => !s.IsTerminating));
        sets = SetsOf(deployment);
        Report(deployment, sets.Find(s => s.Uid == current.Uid)!, sets);
    }

    private List<StoredObject> SetsOf(StoredObject deployment) => [.. cluster.Store.Dependents(deployment.Uid)];

    private StoredObject Make(StoredObject deployment, string hash, long replicas)
    {
        var (spec, name) = (deployment.Edit().Object("spec")!, $"{deployment.Key.Name}-{hash}");
        spec.Ensure("template", "metadata", "labels")[Hash] = hash;
        spec.Ensure("selector", "matchLabels")[Hash] = hash;
        var made = cluster.Registry.Create(Kinds.ReplicaSets, deployment.Key.Namespace, Json.Of($$"""
            {"metadata":{"name":{{name}},"labels":{{spec.At("template", "metadata", "labels")}},
                "annotations":{{deployment.Json.At("metadata", "annotations")}},"ownerReferences":{{deployment.AsController()}} },
            "spec":{"replicas":{{replicas}},"minReadySeconds":{{spec["minReadySeconds"]}},"selector":{{spec["selector"]}},
                "template":{{spec["template"]}} } }
            """));
        Tell(deployment, name, 0, replicas);
        return made;
    }

    /// <summary>Scales old sets down as far as the floor of available pods allows, and forgets the oldest that are empty.</summary>
    private void Shrink(StoredObject deployment, long available, List<StoredObject> old)
    {
        var (want, _, unavailable) = Want(deployment);
        var room = Math.Max(0, old.Sum(Replicas) + available - (want - unavailable));
        foreach (var set in old)
        {
            var down = Math.Min(Replicas(set), room);
            Scale(deployment, set, Replicas(set) - down);
            room -= down;
        }

        var idle = old.Where(s => Replicas(s) == 0 && Count(s, "replicas") == 0).ToList();
        foreach (var set in idle.Take((int)(idle.Count - deployment.Json.Number("spec", "revisionHistoryLimit")!.Value)))
        {
            cluster.Registry.Delete(set, new());
        }
    }

    private void Scale(StoredObject deployment, StoredObject set, long replicas)
    {
        var (had, next) = (Replicas(set), set.Edit());
        if (had == replicas)
        {
            return;
        }

        next.Ensure("spec")["replicas"] = replicas;
        cluster.Registry.Update(set, next);
        Tell(deployment, set.Key.Name, had, replicas);
    }

    private void Tell(StoredObject deployment, string set, long had, long has) => cluster.Events.Normal(
        deployment, "ScalingReplicaSet", $"Scaled {(has > had ? "up" : "down")} replica set {set} from {had} to {has}", Component);

    private void Report(StoredObject deployment, StoredObject current, List<StoredObject> sets)
    {
        var (want, _, unavailable) = Want(deployment);
        long total = sets.Sum(s => Count(s, "replicas")), updated = Count(current, "replicas");
        long ready = sets.Sum(s => Count(s, "readyReplicas")), available = sets.Sum(s => Count(s, "availableReplicas"));
        var complete = updated == want && total == want && available == want;
        var deadline = TimeSpan.FromSeconds(deployment.Json.Number("spec", "progressDeadlineSeconds")!.Value);
        var told = cluster.Registry.Edit(deployment, json =>
        {
            var (before, conditions) = (json.Ensure("status"), json.At("status", "conditions"));
            before.Remove("conditions");
            json["status"] = Json.Of($$"""
                {"observedGeneration":{{json["metadata"]!["generation"]}},"replicas":{{Json.Some(total)}},"updatedReplicas":{{Json.Some(updated)}},
                "readyReplicas":{{Json.Some(ready)}},"availableReplicas":{{Json.Some(available)}},"unavailableReplicas":{{Json.Some(total - available)}} }
                """);
            var moved = conditions is null || !JsonNode.DeepEquals(before, json["status"]);
            json.Ensure("status").Put("conditions", conditions);
            if (available >= want - unavailable)
            {
                Say(json, "Available", true, "MinimumReplicasAvailable", "Deployment has minimum availability.");
            }
            else
            {
                Say(json, "Available", false, "MinimumReplicasUnavailable", "Deployment does not have minimum availability.");
            }

            var (title, progress) = ($"ReplicaSet \"{current.Key.Name}\"", Condition.Find(json, "Progressing"));
            if (complete)
            {
                Say(json, "Progressing", true, "NewReplicaSetAvailable", $"{title} has successfully progressed.");
            }
            else if (moved && updated == 0)
            {
                Say(json, "Progressing", true, "NewReplicaSetCreated", $"Created new {title}", isNews: true);
            }
            else if (moved)
            {
                Say(json, "Progressing", true, "ReplicaSetUpdated", $"{title} is progressing.", isNews: true);
            }
            else if (cluster.Now - progress.Time("lastUpdateTime") >= deadline && progress.Text("reason") != "NewReplicaSetAvailable")
            {
                Say(json, "Progressing", false, "ProgressDeadlineExceeded", $"{title} has timed out progressing.");
            }

            if (sets.Select(s => Condition.Find(s.Json, "ReplicaFailure")).FirstOrDefault(c => c is not null) is { } failure)
            {
                Say(json, "ReplicaFailure", true, failure.Text("reason")!, failure.Text("message")!);
            }
            else
            {
                Condition.Remove(json, "ReplicaFailure");
            }
        });
        // Its time is told in whole seconds.
        var due = Condition.Find(told.Json, "Progressing").Time("lastUpdateTime") + deadline + TimeSpan.FromSeconds(1);
        if (!complete && Condition.Holds(told.Json, "Progressing"))
        {
            cluster.EnqueueAfter(this, told.Key, due!.Value - cluster.Now);
        }
    }

    /// <param name="isNews">Whether to count it as an update, also when the condition says so already.</param>
    private void Say(JsonObject json, string type, bool holds, string reason, string message, bool isNews = false)
    {
        isNews |= Condition.Find(json, type).Text("reason") != reason;
        var condition = Condition.Set(json, cluster.Now, type, holds, reason, message);
        if (isNews)
        {
            condition["lastUpdateTime"] = cluster.Now.Stamp();
        }
    }

    /// <summary>How many pods there shall be, and how many more and how many less there may be during a rollout.</summary>
    private static (long Want, long Surge, long Unavailable) Want(StoredObject deployment)
    {
        var (want, rolling) = (Replicas(deployment), deployment.Json.Object("spec", "strategy", "rollingUpdate"));
        var (surge, unavailable) = ((long)Math.Ceiling(Part("maxSurge")), (long)Math.Floor(Part("maxUnavailable")));
        return (want, surge, surge + unavailable == 0 ? 1 : unavailable);

        double Part(string name) => rolling.Number(name)
            ?? want * double.Parse(rolling.Text(name)?.TrimEnd('%') ?? "0", CultureInfo.InvariantCulture) / 100;
    }

    private static long Replicas(StoredObject set) => set.Json.Number("spec", "replicas")!.Value;

    private static long Count(StoredObject set, string field) => set.Json.Number("status", field) ?? 0;

    private static long RevisionOf(StoredObject set) =>
        long.TryParse(set.Json.Text("metadata", "annotations", Revision), out var revision) ? revision : 0;
}
