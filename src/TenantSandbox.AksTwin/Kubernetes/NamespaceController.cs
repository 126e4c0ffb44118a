using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Furnishes a new namespace, and empties and finalizes a terminating one.</summary>
internal sealed class NamespaceController(Cluster cluster) : IController
{
    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { } ns)
            return;
        if (ns.IsTerminating)
            Finalize(ns);
        else
            Furnish(key.Name);
    }

    private void Furnish(string ns)
    {
        if (cluster.Store.Find(Kinds.ServiceAccounts, ns, "default") is null)
            cluster.Registry.Create(Kinds.ServiceAccounts, ns, new() { ["metadata"] = new JsonObject { ["name"] = "default" } });
        if (cluster.Store.Find(Kinds.ConfigMaps, ns, "kube-root-ca.crt") is not null)
            return;
        cluster.Registry.Create(Kinds.ConfigMaps, ns, new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = "kube-root-ca.crt",
                ["annotations"] = new JsonObject { ["kubernetes.io/description"] = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters." },
            },
            ["data"] = new JsonObject { ["ca.crt"] = "the twin's CA is in the kubeconfig\n" },
        });
    }

    private void Finalize(StoredObject ns)
    {
        var sweep = ns.Json.Time("metadata", "deletionTimestamp")!.Value + cluster.Timing.NamespaceSweep - cluster.Now;
        if (cluster.Timing.NamespaceSweep > TimeSpan.Zero && sweep > TimeSpan.Zero)
        {
            cluster.EnqueueAfter(this, ns.Key, sweep);
            return;
        }

        // Pods last: what owns them must be gone first, or they would come back.
        foreach (var item in Content(ns.Key.Name).OrderBy(o => o.Key.Kind == Kinds.Pods ? 1 : 0).ToList())
        {
            if (cluster.Store.Find(item.Key) is { IsTerminating: false } live)
                cluster.Registry.Delete(live, new());
        }

        var left = Content(ns.Key.Name).ToList();
        if (left.Count == 0)
        {
            cluster.Registry.Edit(ns, json =>
            {
                json.Object("spec")?.Remove("finalizers");
                Conditions(json, left);
            });
            return;
        }

        cluster.Registry.Edit(ns, json => Conditions(json, left));
    }

    private IEnumerable<StoredObject> Content(string ns) => Kinds.All.Where(k => k.Namespaced).SelectMany(k => cluster.Store.List(k, ns));

    private void Conditions(JsonObject json, List<StoredObject> left)
    {
        var kinds = left.GroupBy(o => o.Key.Kind).Select(g => $"{g.Key.Plural}.{g.Key.Group} has {g.Count()} resource instances");
        var finalizers = left.SelectMany(o => o.Json.Texts("metadata", "finalizers")).GroupBy(f => f).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Key} in {g.Count()} resource instances").ToList();
        var conditions = json.Ensure("status").EnsureArray("conditions");
        Condition.Set(conditions, "NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered", cluster.Now);
        Condition.Set(conditions, "NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions", "All legacy kube types successfully parsed", cluster.Now);
        Condition.Set(conditions, "NamespaceDeletionContentFailure", "False", "ContentDeleted", "All content successfully deleted, may be waiting on finalization", cluster.Now);
        if (left.Count > 0)
            Condition.Set(conditions, "NamespaceContentRemaining", "True", "SomeResourcesRemain", $"Some resources are remaining: {string.Join(", ", kinds)}", cluster.Now);
        else
            Condition.Set(conditions, "NamespaceContentRemaining", "False", "ContentRemoved", "All content successfully removed", cluster.Now);
        if (finalizers.Count > 0)
            Condition.Set(conditions, "NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", $"Some content in the namespace has finalizers remaining: {string.Join(", ", finalizers)}", cluster.Now);
        else
            Condition.Set(conditions, "NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers", "All content-preserving finalizers finished", cluster.Now);
    }
}

/// <summary>The condition lists that every status has.</summary>
internal static class Condition
{
    /// <summary>Sets a condition; its transition time moves only with its status. Returns whether the status changed.</summary>
    public static bool Set(JsonArray conditions, string type, string status, string reason, string message, DateTimeOffset now)
    {
        var condition = conditions.OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == type);
        if (condition is null)
            conditions.Add(condition = new() { ["type"] = type });
        var turned = condition.Text("status") != status;
        condition["status"] = status;
        if (turned)
            condition["lastTransitionTime"] = now.Stamp();
        if (reason.Length > 0)
            condition["reason"] = reason;
        else
            condition.Remove("reason");
        if (message.Length > 0)
            condition["message"] = message;
        else
            condition.Remove("message");
        return turned;
    }

    public static void Remove(JsonArray conditions, string type)
    {
        var index = conditions.ToList().FindIndex(c => c.Text("type") == type);
        if (index >= 0)
            conditions.RemoveAt(index);
    }

    public static string? Status(JsonObject json, string type) => json.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == type).Text("status");
}
