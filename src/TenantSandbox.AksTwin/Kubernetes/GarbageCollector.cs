namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Deletes what no owner is left for; and finishes foreground and orphaning deletions.</summary>
internal sealed class GarbageCollector(Cluster cluster) : IController
{
    /// <summary>Looks at what a change may have left without an owner, and at owners whose deletion waits for it.</summary>
    public void Observe(Change change)
    {
        var dependents = change.Now is null ? cluster.Store.Dependents(change.Before!.Uid) : [];
        var owners = OwnersOf((change.Now ?? change.Before)!).Select(cluster.Store.FindByUid).Where(o => o is { IsTerminating: true });
        var itself = change.Before is null || change.Now is { IsTerminating: true } ? change.Now : null;
        foreach (var item in dependents.Concat(owners).Append(itself).OfType<StoredObject>())
        {
            cluster.Enqueue(this, item.Key);
        }
    }

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { } item)
        {
            return;
        }

        var (owners, dependents) = (OwnersOf(item).ToList(), cluster.Store.Dependents(item.Uid).ToList());
        if (!item.IsTerminating)
        {
            if (owners.Count > 0 && owners.TrueForAll(o => cluster.Store.FindByUid(o) is null))
            {
                cluster.Registry.Delete(item, new());
            }
        }
        else if (item.HasFinalizer("orphan"))
        {
            foreach (var dependent in dependents)
            {
                cluster.Registry.Edit(dependent, json => Remove(json, "ownerReferences", o => o.Text("uid") == item.Uid));
            }

            cluster.Registry.Edit(item, json => Remove(json, "finalizers", f => f.Text() == "orphan"));
        }
        else if (item.HasFinalizer("foregroundDeletion"))
        {
            foreach (var dependent in dependents.Where(d => !d.IsTerminating))
            {
                cluster.Registry.Delete(dependent, new(Propagation: "Foreground"));
            }

            if (!cluster.Store.Dependents(item.Uid).Any(d => IsBlocking(d, item.Uid)))
            {
                cluster.Registry.Edit(item, json => Remove(json, "finalizers", f => f.Text() == "foregroundDeletion"));
            }
        }
    }

    private static IEnumerable<string> OwnersOf(StoredObject item) =>
        item.Json.Items("metadata", "ownerReferences").Select(o => o.Text("uid")!);

    private static bool IsBlocking(StoredObject dependent, string owner) => dependent.Json.Items("metadata", "ownerReferences")
        .Any(o => o.Text("uid") == owner && o.Flag("blockOwnerDeletion") is true);

    private static void Remove(JsonObject json, string list, Func<JsonNode?, bool> which) =>
        json.Ensure("metadata").Change(list, items => items.RemoveAll(which));
}
