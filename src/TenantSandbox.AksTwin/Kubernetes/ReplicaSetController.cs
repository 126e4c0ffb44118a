namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Keeps a ReplicaSet's number of pods.</summary>
internal sealed class ReplicaSetController(Cluster cluster) : IController
{
    private const string Component = "replicaset-controller";

    /// <summary>How many pods are made in one go, as in Kubernetes.</summary>
    private const int Burst = 500;

    /// <summary>
    /// Sets that wait before they make more pods: a second after a burst; after a refusal, which a change of quota or RuntimeClass may
    /// lift, each time twice as long.
    /// </summary>
    private readonly Dictionary<ObjectKey, (TimeSpan Delay, DateTimeOffset Due)> _waits = [];

    public bool SumsUp => true;

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { IsTerminating: false } set)
        {
            _waits.Remove(key);
            return;
        }

        var pods = Pods(set);
        var missing = (int)set.Json.Number("spec", "replicas")!.Value - pods.Count;
        foreach (var pod in pods.OrderBy(Worth).ThenByDescending(p => p.Revision).Take(-missing))
        {
            cluster.Registry.Delete(pod, new());
            cluster.Events.Normal(set, "SuccessfulDelete", $"Deleted pod: {pod.Key.Name}", Component);
        }

        var (delay, due) = _waits.GetValueOrDefault(key);
        string? refusal = null;
        if (due <= cluster.Now || missing <= 0)
        {
            refusal = Make(set, Math.Min(missing, Burst));
            delay = refusal is null ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Clamp(delay.TotalSeconds * 2, 0.5, 60));
            due = cluster.Now + (refusal is null ? TimeSpan.FromSeconds(1) : delay);
            if (refusal is null && missing <= Burst)
            {
                _waits.Remove(key);
            }
            else
            {
                _waits[key] = (delay, due);
            }
        }

        Report(set, refusal);
        if (_waits.ContainsKey(key))
        {
            cluster.EnqueueAfter(this, key, due - cluster.Now);
        }
    }

    /// <summary>Makes pods until one is refused; returns why it was.</summary>
    private string? Make(StoredObject set, int count)
    {
        try
        {
            for (; count > 0; count--)
            {
                var pod = Json.Of($$"""
                    {"metadata":{{set.Json.At("spec", "template", "metadata")}},"spec":{{set.Json.At("spec", "template", "spec")}} }
                    """);
                pod.Ensure("metadata")["generateName"] = $"{set.Key.Name}-";
                pod.Ensure("metadata")["ownerReferences"] = set.AsController();
                var fault = cluster.Context.Faults.Next("kube.pods.create", set.Key.Name);
                if (fault is { Kind: FaultKind.Refuse })
                {
                    throw Faults.Refusal(fault);
                }

                var made = cluster.Registry.Create(Kinds.Pods, set.Key.Namespace, Faults.Mark(fault, pod));
                cluster.Events.Normal(set, "SuccessfulCreate", $"Created pod: {made.Key.Name}", Component);
            }

            return null;
        }
        catch (StatusException e)
        {
            cluster.Events.Warning(set, "FailedCreate", $"Error creating: {e.Message}", Component);
            return e.Message;
        }
    }

    private void Report(StoredObject set, string? refusal)
    {
        var pods = Pods(set);
        var least = TimeSpan.FromSeconds(set.Json.Number("spec", "minReadySeconds") ?? 0);
        var since = pods.Where(p => p.IsReady).Select(p => Condition.Find(p.Json, "Ready").Time("lastTransitionTime"));
        var waits = since.Select(s => s + least - cluster.Now).ToList();
        if (waits.Where(w => w > TimeSpan.Zero).Min() is { } soonest)
        {
            cluster.EnqueueAfter(this, set.Key, soonest);
        }

        cluster.Registry.Edit(set, json =>
        {
            var conditions = json.At("status", "conditions");
            json["status"] = Json.Of($$"""
                {"replicas":{{pods.Count}},"fullyLabeledReplicas":{{Json.Some(pods.Count)}},"readyReplicas":{{Json.Some(waits.Count)}},
                "availableReplicas":{{Json.Some(waits.Count(w => w <= TimeSpan.Zero))}},
                "observedGeneration":{{set.Json["metadata"]!["generation"]}} }
                """);
            // Told as at first: each refusal names another pod, and a changed condition would bring this set up again at once.
            if (_waits.ContainsKey(set.Key))
            {
                json.Ensure("status").Put("conditions", conditions);
            }

            if (refusal is not null && conditions is null)
            {
                Condition.Set(json, cluster.Now, "ReplicaFailure", true, "FailedCreate", refusal);
            }
        });
    }

    private List<StoredObject> Pods(StoredObject set) => [.. cluster.Store.Dependents(set.Uid).Where(p => !p.IsTerminating && !p.HasEnded)];

    /// <summary>Those that do least go first.</summary>
    private static int Worth(StoredObject pod) => pod.NodeName is null ? 0 : pod.IsReady ? 2 : 1;
}
