using System.Globalization;
using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Rolls a Deployment's template out over its ReplicaSets, and says in conditions how that goes.</summary>
internal sealed class DeploymentController(Cluster cluster) : IController
{
    private const string Revision = "deployment.kubernetes.io/revision";

    public bool SumsUp => true;

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { IsTerminating: false } deployment)
            return;
        var spec = deployment.Json.Object("spec")!;
        var sets = cluster.Store.Dependents(deployment.Uid).Where(s => s.Key.Kind == Kinds.ReplicaSets).ToList();
        var hash = Names.Suffix(spec["template"]!.ToJsonString(), 10);
        var current = sets.Find(s => s.Json.Text("metadata", "labels", "pod-template-hash") == hash);
        if (current is null)
        {
            if (spec.Flag("paused") is true || Make(deployment, spec, hash, sets) is not { } made)
                return;
            current = made;
            sets.Add(current);
        }
        else if (RevisionOf(current) < sets.Max(RevisionOf))
        {
            current = cluster.Registry.Edit(current, json => json.Ensure("metadata", "annotations")[Revision] = Next(sets));
        }

        Roll(deployment, spec, current, [.. sets.Where(s => s.Key != current.Key && !s.IsTerminating)]);
        sets = [.. cluster.Store.Dependents(deployment.Uid).Where(s => s.Key.Kind == Kinds.ReplicaSets)];
        current = sets.Find(s => s.Key == current.Key)!;
        Trim(spec, sets, current);
        Report(deployment, spec, current, sets);
    }

    private StoredObject? Make(StoredObject deployment, JsonObject spec, string hash, List<StoredObject> sets)
    {
        var template = spec.Object("template")!.Copy();
        template.Ensure("metadata", "labels")["pod-template-hash"] = hash;
        var selector = spec.Object("selector")!.Copy();
        selector.Ensure("matchLabels")["pod-template-hash"] = hash;
        var name = $"{deployment.Key.Name}-{hash}";
        try
        {
            var set = cluster.Registry.Create(Kinds.ReplicaSets, deployment.Key.Namespace, new()
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = name,
                    ["labels"] = template["metadata"]!["labels"]!.DeepClone(),
                    ["annotations"] = new JsonObject { [Revision] = Next(sets), ["deployment.kubernetes.io/desired-replicas"] = $"{spec.Number("replicas")}" },
                    ["ownerReferences"] = Ownership.Of(deployment),
                },
                ["spec"] = new JsonObject { ["replicas"] = 0, ["selector"] = selector, ["template"] = template },
            });
            cluster.Registry.Edit(deployment, json => json.Ensure("metadata", "annotations")[Revision] = Next(sets));
            return set;
        }
        catch (StatusException e)
        {
            cluster.Events.Warning(deployment, "ReplicaSetCreateError", $"Failed to create new replica set \"{name}\": {e.Message}", "deployment-controller");
            return null;
        }
    }

    private void Roll(StoredObject deployment, JsonObject spec, StoredObject current, List<StoredObject> old)
    {
        var want = (int)(spec.Number("replicas") ?? 1);
        var have = Replicas(current);
        var others = old.Sum(Replicas);
        if (spec.Text("strategy", "type") == "Recreate")
        {
            foreach (var set in old)
                Scale(deployment, set, 0);
            var running = old.Sum(s => cluster.Store.Dependents(s.Uid).Count());
            Scale(deployment, current, running == 0 ? want : have);
            return;
        }

        var surge = Fraction(spec.At("strategy", "rollingUpdate", "maxSurge"), want, roundUp: true);
        var unavailable = Fraction(spec.At("strategy", "rollingUpdate", "maxUnavailable"), want, roundUp: false);
        if (surge == 0 && unavailable == 0)
            unavailable = 1;
        // Up to the surge with the new; then down with the old, as far as the floor of available pods allows.
        var up = have > want ? want : Math.Min(want, have + Math.Max(0, want + surge - have - others));
        Scale(deployment, current, up);
        var room = Math.Max(0, up + others - (want - unavailable) - (up - Math.Min(up, Available(current))));
        foreach (var set in old.OrderBy(RevisionOf))
        {
            var down = Math.Min(Replicas(set), room);
            Scale(deployment, set, Replicas(set) - down);
            room -= down;
        }
    }

    private void Scale(StoredObject deployment, StoredObject set, int replicas)
    {
        var had = Replicas(set);
        if (had == replicas)
            return;
        cluster.Registry.Edit(set, json =>
        {
            json.Ensure("spec")["replicas"] = replicas;
            var metadata = json.Ensure("metadata");
            metadata["generation"] = (metadata.Number("generation") ?? 0) + 1;
        });
        cluster.Events.Normal(deployment, "ScalingReplicaSet", $"Scaled {(replicas > had ? "up" : "down")} replica set {set.Key.Name} from {had} to {replicas}", "deployment-controller");
    }

    private void Trim(JsonObject spec, List<StoredObject> sets, StoredObject current)
    {
        var idle = sets.Where(s => s.Key != current.Key && !s.IsTerminating && Replicas(s) == 0 && Status(s, "replicas") == 0).OrderBy(RevisionOf).ToList();
        foreach (var set in idle.Take(idle.Count - (int)(spec.Number("revisionHistoryLimit") ?? 10)))
            cluster.Registry.Delete(set, new());
    }

    private void Report(StoredObject deployment, JsonObject spec, StoredObject current, List<StoredObject> sets)
    {
        if (cluster.Store.Find(deployment.Key) is not { } live)
            return;
        var want = (int)(spec.Number("replicas") ?? 1);
        int total = sets.Sum(s => Status(s, "replicas")), updated = Status(current, "replicas"), ready = sets.Sum(s => Status(s, "readyReplicas")), available = sets.Sum(Available);
        var complete = updated == want && total == want && available == want;
        var deadline = TimeSpan.FromSeconds(spec.Number("progressDeadlineSeconds") ?? 600);
        cluster.Registry.Edit(live, json =>
        {
            var before = live.Json.Object("status");
            var status = json.Ensure("status");
            status["observedGeneration"] = live.Json.Number("metadata", "generation");
            Count(status, "replicas", total);
            Count(status, "updatedReplicas", updated);
            Count(status, "readyReplicas", ready);
            Count(status, "availableReplicas", available);
            Count(status, "unavailableReplicas", Math.Max(0, total - available));
            var moved = before is null || ((string[])["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"]).Any(f => before.Number(f) != status.Number(f))
                || before.Number("observedGeneration") != status.Number("observedGeneration");
            var conditions = status.EnsureArray("conditions");
            if (available >= want - (spec.Text("strategy", "type") == "Recreate" ? 0 : Fraction(spec.At("strategy", "rollingUpdate", "maxUnavailable"), want, false)))
                Update(conditions, "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", false);
            else
                Update(conditions, "Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", false);
            var progress = conditions.OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == "Progressing");
            if (complete)
                Update(conditions, "Progressing", "True", "NewReplicaSetAvailable", $"ReplicaSet \"{current.Key.Name}\" has successfully progressed.", progress.Text("reason") != "NewReplicaSetAvailable");
            else if (moved || progress is null)
                Update(conditions, "Progressing", "True", updated == 0 ? "NewReplicaSetCreated" : "ReplicaSetUpdated", updated == 0 ? $"Created new replica set \"{current.Key.Name}\"" : $"ReplicaSet \"{current.Key.Name}\" is progressing.", true);
            else if (cluster.Now - (progress.Time("lastUpdateTime") ?? cluster.Now) >= deadline && progress.Text("reason") != "NewReplicaSetAvailable")
                Update(conditions, "Progressing", "False", "ProgressDeadlineExceeded", $"ReplicaSet \"{current.Key.Name}\" has timed out progressing.", progress.Text("reason") != "ProgressDeadlineExceeded");
            else if (progress.Text("status") == "True")
                cluster.EnqueueAfter(this, live.Key, (progress.Time("lastUpdateTime") ?? cluster.Now) + deadline - cluster.Now + TimeSpan.FromSeconds(1));

            var failure = sets.SelectMany(s => s.Json.Items("status", "conditions")).FirstOrDefault(c => c.Text("type") == "ReplicaFailure");
            if (failure is not null)
                Update(conditions, "ReplicaFailure", "True", failure.Text("reason") ?? "", failure.Text("message") ?? "", false);
            else
                Condition.Remove(conditions, "ReplicaFailure");
        });
        if (!complete)
            cluster.EnqueueAfter(this, live.Key, deadline + TimeSpan.FromSeconds(1));
    }

    private void Update(JsonArray conditions, string type, string status, string reason, string message, bool touched)
    {
        if (Condition.Set(conditions, type, status, reason, message, cluster.Now) || touched)
            conditions.OfType<JsonObject>().First(c => c.Text("type") == type)["lastUpdateTime"] = cluster.Now.Stamp();
    }

    private static void Count(JsonObject status, string field, int count)
    {
        if (count > 0)
            status[field] = count;
        else
            status.Remove(field);
    }

    private static int Fraction(JsonNode? value, int of, bool roundUp)
    {
        if (value.Number() is { } number)
            return (int)number;
        var share = of * (double.TryParse(value.Text()?.TrimEnd('%'), CultureInfo.InvariantCulture, out var percent) ? percent : 25) / 100;
        return (int)(roundUp ? Math.Ceiling(share) : Math.Floor(share));
    }

    private static int Replicas(StoredObject set) => (int)(set.Json.Number("spec", "replicas") ?? 0);

    private static int Status(StoredObject set, string field) => (int)(set.Json.Number("status", field) ?? 0);

    private static int Available(StoredObject set) => Status(set, "availableReplicas");

    private static long RevisionOf(StoredObject set) => long.TryParse(set.Json.Text("metadata", "annotations", Revision), out var n) ? n : 0;

    private static string Next(List<StoredObject> sets) => (sets.Select(RevisionOf).DefaultIfEmpty(0).Max() + 1).ToString(CultureInfo.InvariantCulture);
}

/// <summary>How a controller marks what it makes.</summary>
internal static class Ownership
{
    public static JsonArray Of(StoredObject owner) => new(new JsonObject
    {
        ["apiVersion"] = owner.Key.Kind.ApiVersion,
        ["kind"] = owner.Key.Kind.Kind,
        ["name"] = owner.Key.Name,
        ["uid"] = owner.Uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    });

    /// <summary>The uid of the controller that owns an object.</summary>
    public static string? Controller(JsonObject json) => json.Items("metadata", "ownerReferences").FirstOrDefault(o => o.Flag("controller") is true).Text("uid");
}
