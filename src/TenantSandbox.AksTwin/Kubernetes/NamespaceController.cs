namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Furnishes a new namespace, and empties and finalizes a terminating one.</summary>
internal sealed class NamespaceController(Cluster cluster) : IController
{
    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { } ns)
        {
            return;
        }

        if (ns.IsTerminating)
        {
            Finalize(ns);
        }
        else
        {
            Furnish(key.Name);
        }
    }

    private void Furnish(string ns)
    {
        Make(Kinds.ServiceAccounts, Json.Of($$"""{"metadata":{"name":"default"} }"""));
        Make(Kinds.ConfigMaps, Json.Of($$"""
            {"metadata":{"name":"kube-root-ca.crt"},"data":{"ca.crt":"the twin's certificate is in the kubeconfig\n"} }
            """));

        void Make(ResourceKind kind, JsonObject json)
        {
            if (cluster.Store.Find(kind, ns, json.Text("metadata", "name")!) is null)
            {
                cluster.Registry.Create(kind, ns, json);
            }
        }
    }

    private void Finalize(StoredObject ns)
    {
        var sweep = ns.Json.Time("metadata", "deletionTimestamp") + cluster.Timing.NamespaceSweep - cluster.Now;
        if (cluster.Timing.NamespaceSweep > TimeSpan.Zero && sweep > TimeSpan.Zero)
        {
            cluster.EnqueueAfter(this, ns.Key, sweep.Value);
            return;
        }

        // Pods last: what owns them must be gone first, or they would come back.
        foreach (var item in Content(ns).OrderBy(o => o.Key.Kind == Kinds.Pods).ToList())
        {
            if (cluster.Store.Find(item.Key) is { IsTerminating: false } live)
            {
                cluster.Registry.Delete(live, new());
            }
        }

        var left = Content(ns).ToList();
        cluster.Registry.Edit(ns, json =>
        {
            if (left.Count == 0)
            {
                json.Object("spec")?.Remove("finalizers");
            }

            Report(json, left);
        });
    }

    private IEnumerable<StoredObject> Content(StoredObject ns) =>
        Kinds.All.Where(k => k.Namespaced).SelectMany(k => cluster.Store.List(k, ns.Key.Name));

    private void Report(JsonObject json, List<StoredObject> left)
    {
        var kinds = left.CountBy(o => o.Key.Kind).Select(k => $"{k.Key.Plural}.{k.Key.Group} has {k.Value} resource instances");
        var finalizers = left.SelectMany(o => o.Json.Texts("metadata", "finalizers")).CountBy(f => f)
            .OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key} in {f.Value} resource instances").ToList();
        Say("DeletionContentFailure", false, "ContentDeleted", "All content successfully deleted, may be waiting on finalization");
        if (left.Count > 0)
        {
            Say("ContentRemaining", true, "SomeResourcesRemain", $"Some resources are remaining: {string.Join(", ", kinds)}");
        }
        else
        {
            Say("ContentRemaining", false, "ContentRemoved", "All content successfully removed");
        }

        var remaining = $"Some content in the namespace has finalizers remaining: {string.Join(", ", finalizers)}";
        if (finalizers.Count > 0)
        {
            Say("FinalizersRemaining", true, "SomeFinalizersRemain", remaining);
        }
        else
        {
            Say("FinalizersRemaining", false, "ContentHasNoFinalizers", "All content-preserving finalizers finished");
        }

        void Say(string type, bool holds, string reason, string message) =>
            Condition.Set(json, cluster.Now, $"Namespace{type}", holds, reason, message);
    }
}
