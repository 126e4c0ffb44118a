namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Deletes objects whose owners are gone, and completes foreground and orphan deletions.</summary>
internal sealed class GarbageCollector(Cluster cluster) : IController
{
    /// <summary>Enqueues dependents of a removed object, and terminating owners that may wait for the changed object.</summary>
    public void OnChange(Change change)
    {
        var dependents = change.After is null ? cluster.Store.Dependents(change.Before!.Uid) : [];
        var owners = OwnersOf((change.After ?? change.Before)!).Select(cluster.Store.FindByUid).Where(o => o is { IsTerminating: true });
        var itself = change.Before is null || change.After is { IsTerminating: true } ? change.After : null;
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
                cluster.Registry.Modify(dependent, json => Remove(json, "ownerReferences", o => o.GetString("uid") == item.Uid));
            }

            cluster.Registry.Modify(item, json => Remove(json, "finalizers", f => f.GetString() == "orphan"));
        }
        else if (item.HasFinalizer("foregroundDeletion"))
        {
            foreach (var dependent in dependents.Where(d => !d.IsTerminating))
            {
                cluster.Registry.Delete(dependent, new(Propagation: "Foreground"));
            }

            if (!cluster.Store.Dependents(item.Uid).Any(d => IsBlocking(d, item.Uid)))
            {
                cluster.Registry.Modify(item, json => Remove(json, "finalizers", f => f.GetString() == "foregroundDeletion"));
            }
        }
    }

    private static IEnumerable<string> OwnersOf(StoredObject item) =>
        item.Json.GetObjects("metadata", "ownerReferences").Select(o => o.GetString("uid")!);

    private static bool IsBlocking(StoredObject dependent, string owner) => dependent.Json.GetObjects("metadata", "ownerReferences")
        .Any(o => o.GetString("uid") == owner && o.GetBoolean("blockOwnerDeletion") is true);

    private static void Remove(JsonObject json, string list, Func<JsonNode?, bool> predicate) =>
        json.EnsureObject("metadata").EditArray(list, items => items.RemoveAll(predicate));
}
