namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Creates the default objects of a new namespace; deletes the content of a terminating one and finalizes it.</summary>
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
            CreateDefaultObjects(key.Name);
        }
    }

    private void CreateDefaultObjects(string ns)
    {
        EnsureExists("service-account-controller", Kinds.ServiceAccounts, JsonTemplate.Fill($$"""{"metadata":{"name":"default"} }"""));
        EnsureExists("root-ca-cert-publisher", Kinds.ConfigMaps, JsonTemplate.Fill($$"""
            {"metadata":{"name":"kube-root-ca.crt"},"data":{"ca.crt":"the twin's certificate is in the kubeconfig\n"} }
            """));

        void EnsureExists(string controller, ResourceKind kind, JsonObject json)
        {
            if (cluster.Store.Find(kind, ns, json.GetString("metadata", "name")!) is null)
            {
                cluster.Registry.RunAs(ControllerUsers.ServiceAccount(controller), kind, k => cluster.Registry.Create(k, ns, json));
            }
        }
    }

    private void Finalize(StoredObject ns)
    {
        var remaining = ns.Json.GetTime("metadata", "deletionTimestamp") + cluster.Timing.NamespaceSweep - cluster.Now;
        if (cluster.Timing.NamespaceSweep > TimeSpan.Zero && remaining > TimeSpan.Zero)
        {
            cluster.EnqueueAfter(this, ns.Key, remaining.Value);
            return;
        }

        // Pods last, or the controllers that own them would create new ones.
        foreach (var item in ListContent(ns).OrderBy(o => o.Key.Kind == Kinds.Pods).ToList())
        {
            if (cluster.Store.Find(item.Key) is { IsTerminating: false } live)
            {
                cluster.Registry.Delete(live, new());
            }
        }

        var content = ListContent(ns).ToList();
        cluster.Registry.Modify(ns, json =>
        {
            if (content.Count == 0)
            {
                json.GetObject("spec")?.Remove("finalizers");
            }

            SetConditions(json, content);
        });
    }

    private IEnumerable<StoredObject> ListContent(StoredObject ns) =>
        Kinds.All.Where(k => k.IsNamespaced).SelectMany(k => cluster.Store.List(k, ns.Key.Name));

    private void SetConditions(JsonObject json, List<StoredObject> content)
    {
        var kinds = content.CountBy(o => o.Key.Kind).Select(k => $"{k.Key.Plural}.{k.Key.Group} has {k.Value} resource instances");
        var finalizers = content.SelectMany(o => o.Json.GetStrings("metadata", "finalizers")).CountBy(f => f)
            .OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key} in {f.Value} resource instances").ToList();
        Set("DeletionContentFailure", false, "ContentDeleted", "All content successfully deleted, may be waiting on finalization");
        if (content.Count > 0)
        {
            Set("ContentRemaining", true, "SomeResourcesRemain", $"Some resources are remaining: {string.Join(", ", kinds)}");
        }
        else
        {
            Set("ContentRemaining", false, "ContentRemoved", "All content successfully removed");
        }

        var message = $"Some content in the namespace has finalizers remaining: {string.Join(", ", finalizers)}";
        if (finalizers.Count > 0)
        {
            Set("FinalizersRemaining", true, "SomeFinalizersRemain", message);
        }
        else
        {
            Set("FinalizersRemaining", false, "ContentHasNoFinalizers", "All content-preserving finalizers finished");
        }

        void Set(string type, bool isTrue, string reason, string message) =>
            Condition.Set(json, cluster.Now, $"Namespace{type}", isTrue, reason, message);
    }
}
