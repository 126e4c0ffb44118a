using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Deletes what no owner is left for; and finishes foreground and orphaning deletions.</summary>
internal sealed class GarbageCollector(Cluster cluster) : IController
{
    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { } item)
            return;
        var finalizers = item.Json.Texts("metadata", "finalizers").ToList();
        if (item.IsTerminating && finalizers.Contains("orphan"))
        {
            foreach (var dependent in cluster.Store.Dependents(item.Uid).ToList())
                cluster.Registry.Edit(dependent, json => Release(json, item.Uid));
            Unfinalize(item, "orphan");
            return;
        }

        if (item.IsTerminating && finalizers.Contains("foregroundDeletion"))
        {
            var left = cluster.Store.Dependents(item.Uid).ToList();
            foreach (var dependent in left.Where(d => !d.IsTerminating))
                cluster.Registry.Delete(dependent, new(Propagation: "Foreground"));
            if (!cluster.Store.Dependents(item.Uid).Any(d => d.Json.Items("metadata", "ownerReferences").Any(o => o.Text("uid") == item.Uid && o.Flag("blockOwnerDeletion") is true)))
                Unfinalize(cluster.Store.Find(key)!, "foregroundDeletion");
            return;
        }

        var owners = item.Json.Items("metadata", "ownerReferences").Select(o => o.Text("uid")!).ToList();
        if (owners.Count > 0 && !item.IsTerminating && owners.TrueForAll(o => cluster.Store.FindByUid(o) is null))
            cluster.Registry.Delete(item, new());
    }

    private void Unfinalize(StoredObject item, string finalizer) => cluster.Registry.Edit(item, json =>
    {
        var list = json.Ensure("metadata").EnsureArray("finalizers");
        list.RemoveAll(f => f.Text() == finalizer);
        if (list.Count == 0)
            json.Ensure("metadata").Remove("finalizers");
    });

    private static void Release(JsonObject json, string uid)
    {
        var owners = json.Ensure("metadata").EnsureArray("ownerReferences");
        owners.RemoveAll(o => o.Text("uid") == uid);
        if (owners.Count == 0)
            json.Ensure("metadata").Remove("ownerReferences");
    }
}
