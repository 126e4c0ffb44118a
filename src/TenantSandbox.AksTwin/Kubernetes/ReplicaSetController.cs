using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Keeps a ReplicaSet's number of pods.</summary>
internal sealed class ReplicaSetController(Cluster cluster) : IController
{
    /// <summary>How many pods one look at a ReplicaSet makes at most, as in Kubernetes.</summary>
    private const int Burst = 500;

    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(60);
    private readonly Dictionary<ObjectKey, (TimeSpan Delay, DateTimeOffset Due, StatusException Failure)> _retries = [];

    public bool SumsUp => true;

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { IsTerminating: false } set)
        {
            _retries.Remove(key);
            return;
        }

        var want = (int)(set.Json.Number("spec", "replicas") ?? 1);
        var pods = Active(set);
        StatusException? failure = null;
        if (pods.Count < want)
            failure = _retries.TryGetValue(key, out var waits) && waits.Due > cluster.Now ? waits.Failure : Make(set, Math.Min(Burst, want - pods.Count));
        foreach (var pod in pods.OrderBy(p => Rank(p)).ThenByDescending(p => p.Revision).Take(pods.Count - want))
        {
            cluster.Registry.Delete(pod, new());
            cluster.Events.Normal(set, "SuccessfulDelete", $"Deleted pod: {pod.Key.Name}", "replicaset-controller");
        }

        Report(set, failure);
        if (failure is null)
        {
            _retries.Remove(key);
            if (want - pods.Count > Burst)
                cluster.EnqueueAfter(this, key, TimeSpan.FromSeconds(1));
            return;
        }

        // Backs off like the workqueue: what refused may yield when quota or a RuntimeClass changes.
        if (!_retries.TryGetValue(key, out var last) || last.Due <= cluster.Now)
        {
            var delay = last.Delay == TimeSpan.Zero ? TimeSpan.FromSeconds(0.5) : last.Delay * 2;
            _retries[key] = last = (delay < LongestRetry ? delay : LongestRetry, cluster.Now + delay, failure);
        }

        cluster.EnqueueAfter(this, key, last.Due - cluster.Now);
    }

    private StatusException? Make(StoredObject set, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var template = set.Json.Object("spec", "template")!;
            var metadata = template.Object("metadata")?.Copy() ?? [];
            metadata["generateName"] = $"{set.Key.Name}-";
            metadata["ownerReferences"] = Ownership.Of(set);
            try
            {
                var fault = cluster.Context.Faults.Next("kube.pods.create", set.Key.Name);
                if (fault is { Kind: FaultKind.Refuse })
                    throw Faults.Refusal(fault);
                if (fault is { Kind: FaultKind.NeverRuns })
                    metadata.Ensure("annotations")[Kubelet.WaitingReason] = Faults.Reason(fault);
                if (fault is { Kind: FaultKind.StuckFinalizer })
                    metadata.EnsureArray("finalizers").Add(Faults.Finalizer);
                var pod = cluster.Registry.Create(Kinds.Pods, set.Key.Namespace, new() { ["metadata"] = metadata, ["spec"] = template["spec"]!.DeepClone() });
                cluster.Events.Normal(set, "SuccessfulCreate", $"Created pod: {pod.Key.Name}", "replicaset-controller");
            }
            catch (StatusException e)
            {
                cluster.Events.Warning(set, "FailedCreate", $"Error creating: {e.Message}", "replicaset-controller");
                return e;
            }
        }

        return null;
    }

    private void Report(StoredObject set, StatusException? failure)
    {
        if (cluster.Store.Find(set.Key) is not { } live)
            return;
        var pods = Active(live);
        var ready = pods.Where(p => Condition.Status(p.Json, "Ready") == "True").ToList();
        var minReady = TimeSpan.FromSeconds(live.Json.Number("spec", "minReadySeconds") ?? 0);
        var waits = ready.Select(p => ReadySince(p) + minReady - cluster.Now).ToList();
        var soonest = waits.Where(w => w > TimeSpan.Zero).DefaultIfEmpty(TimeSpan.Zero).Min();
        if (soonest > TimeSpan.Zero)
            cluster.EnqueueAfter(this, set.Key, soonest);
        cluster.Registry.Edit(live, json =>
        {
            var status = json.Ensure("status");
            status["replicas"] = pods.Count;
            status["observedGeneration"] = live.Json.Number("metadata", "generation");
            foreach (var (field, count) in ((string, int)[])[("fullyLabeledReplicas", pods.Count), ("readyReplicas", ready.Count), ("availableReplicas", waits.Count(w => w <= TimeSpan.Zero))])
            {
                if (count > 0)
                    status[field] = count;
                else
                    status.Remove(field);
            }

            if (failure is null)
            {
                status.Remove("conditions");
                return;
            }

            // Kept as first set: each refusal names another pod, and a changed condition would bring this set up again at once.
            var conditions = status["conditions"]?.DeepClone() as JsonArray ?? [];
            if (Condition.Status(json, "ReplicaFailure") == "True")
                return;
            Condition.Set(conditions, "ReplicaFailure", "True", "FailedCreate", failure.Message, cluster.Now);
            status["conditions"] = conditions;
        });
    }

    private List<StoredObject> Active(StoredObject set) =>
    [
        .. cluster.Store.Dependents(set.Uid).Where(p => p.Key.Kind == Kinds.Pods && !p.IsTerminating && p.Json.Text("status", "phase") is not ("Succeeded" or "Failed")),
    ];

    private DateTimeOffset ReadySince(StoredObject pod) =>
        pod.Json.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == "Ready").Time("lastTransitionTime") ?? cluster.Now;

    /// <summary>Those that do least go first.</summary>
    private static int Rank(StoredObject pod) => pod.Json.Text("spec", "nodeName") is null ? 0 : Condition.Status(pod.Json, "Ready") == "True" ? 2 : 1;
}
