namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Creates and deletes pods to keep a ReplicaSet at its number of replicas.</summary>
internal sealed class ReplicaSetController(Cluster cluster) : IController
{
    private const string Component = "replicaset-controller";

    /// <summary>Maximum number of pods created per reconciliation, as in Kubernetes.</summary>
    private const int Burst = 500;

    /// <summary>
    /// Sets that wait before they create more pods: one second after a full burst; after a rejection, for example by quota, 0.5 s,
    /// doubled each time up to 60 s.
    /// </summary>
    private readonly Dictionary<ObjectKey, (TimeSpan Delay, DateTimeOffset Due)> _backoffs = [];

    public bool IsAggregating => true;

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { IsTerminating: false } set)
        {
            _backoffs.Remove(key);
            return;
        }

        var pods = Pods(set);
        var missing = (int)set.Json.GetInteger("spec", "replicas")!.Value - pods.Count;
        foreach (var pod in pods.OrderBy(DeletionRank).ThenByDescending(p => p.Revision).Take(-missing))
        {
            cluster.Registry.Delete(pod, new());
            cluster.Events.Normal(set, "SuccessfulDelete", $"Deleted pod: {pod.Key.Name}", Component);
        }

        var (delay, due) = _backoffs.GetValueOrDefault(key);
        string? rejection = null;
        if (due <= cluster.Now || missing <= 0)
        {
            rejection = CreatePods(set, Math.Min(missing, Burst));
            delay = rejection is null ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Clamp(delay.TotalSeconds * 2, 0.5, 60));
            due = cluster.Now + (rejection is null ? TimeSpan.FromSeconds(1) : delay);
            if (rejection is null && missing <= Burst)
            {
                _backoffs.Remove(key);
            }
            else
            {
                _backoffs[key] = (delay, due);
            }
        }

        UpdateStatus(set, rejection);
        if (_backoffs.ContainsKey(key))
        {
            cluster.EnqueueAfter(this, key, due - cluster.Now);
        }
    }

    /// <summary>Creates pods until one is rejected; returns the reason, or null.</summary>
    private string? CreatePods(StoredObject set, int count)
    {
        try
        {
            for (; count > 0; count--)
            {
                var pod = PodCreation.FromTemplate(set.Json.GetNode("spec", "template"));
                pod.EnsureObject("metadata")["generateName"] = $"{set.Key.Name}-";
                var created = cluster.CreatePod(set, pod);
                cluster.Events.Normal(set, "SuccessfulCreate", $"Created pod: {created.Key.Name}", Component);
            }

            return null;
        }
        catch (StatusException e)
        {
            cluster.Events.Warning(set, "FailedCreate", $"Error creating: {e.Message}", Component);
            return e.Message;
        }
    }

    private void UpdateStatus(StoredObject set, string? rejection)
    {
        var pods = Pods(set);
        var minReady = TimeSpan.FromSeconds(set.Json.GetInteger("spec", "minReadySeconds") ?? 0);
        var since = pods.Where(p => p.IsReady).Select(p => Condition.Find(p.Json, "Ready").GetTime("lastTransitionTime"));
        var waits = since.Select(s => s + minReady - cluster.Now).ToList();
        if (waits.Where(w => w > TimeSpan.Zero).Min() is { } soonest)
        {
            cluster.EnqueueAfter(this, set.Key, soonest);
        }

        cluster.Registry.Modify(set, json =>
        {
            var conditions = json.GetNode("status", "conditions");
            json["status"] = JsonTemplate.Fill($$"""
                {"replicas":{{pods.Count}},"fullyLabeledReplicas":{{JsonEditing.NullIfZero(pods.Count)}},
                "readyReplicas":{{JsonEditing.NullIfZero(waits.Count)}},
                "availableReplicas":{{JsonEditing.NullIfZero(waits.Count(w => w <= TimeSpan.Zero))}},
                "observedGeneration":{{set.Json["metadata"]!["generation"]}} }
                """);
            // Keep the first message: each rejection names another pod, and a changed condition would enqueue this set again at once.
            if (_backoffs.ContainsKey(set.Key))
            {
                json.EnsureObject("status").SetOrRemove("conditions", conditions);
            }

            if (rejection is not null && conditions is null)
            {
                Condition.Set(json, cluster.Now, "ReplicaFailure", true, "FailedCreate", rejection);
            }
        });
    }

    private List<StoredObject> Pods(StoredObject set) =>
        [.. cluster.Store.Dependents(set.Uid).Where(p => !p.IsTerminating && !p.HasEnded)];

    /// <summary>Unscheduled pods are deleted first, ready pods last.</summary>
    private static int DeletionRank(StoredObject pod) => pod.NodeName is null ? 0 : pod.IsReady ? 2 : 1;
}
