namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A committed change. <paramref name="Before"/> is null for a creation, <paramref name="After"/> for a removal.</summary>
internal sealed record Change(long Revision, ObjectKey Key, StoredObject? Before, StoredObject? After);

/// <summary>
/// All objects of one cluster, with one revision counter, a bounded change log per kind for watches, and indexes by uid and owner.
/// Not thread-safe: callers hold the cluster's lock.
/// </summary>
internal sealed class ObjectStore(TwinStore durable, string prefix)
{
    private const int LogLength = 10_000;

    private readonly Dictionary<ResourceKind, KindStore> _kinds = Kinds.All.ToDictionary(k => k, _ => new KindStore());
    private readonly Dictionary<string, ObjectKey> _byUid = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<ObjectKey>> _byOwner = new(StringComparer.Ordinal);

    public long Revision { get; private set; }

    /// <summary>Called after each change, under the same lock.</summary>
    public Action<Change>? Changed { get; set; }

    public StoredObject? Find(ObjectKey key) =>
        _kinds[key.Kind].Objects.GetValueOrDefault(key.Namespace)?.GetValueOrDefault(key.Name);

    public StoredObject? Find(ResourceKind kind, string ns, string name) => Find(new(kind, ns, name));

    /// <exception cref="StatusException">404</exception>
    public StoredObject Get(ObjectKey key) => Find(key) ?? throw StatusException.NotFound(key.Kind, key.Name);

    /// <summary>The revision of the last change of a kind since the twin has started; 0 for none.</summary>
    public long LatestRevision(ResourceKind kind) => _kinds[kind].Latest;

    public StoredObject? FindByUid(string uid) => _byUid.TryGetValue(uid, out var key) ? Find(key) : null;

    /// <summary>The objects of a kind in one namespace, or in all (empty), ordered by namespace and name.</summary>
    public IEnumerable<StoredObject> List(ResourceKind kind, string ns = "") => ns.Length == 0
        ? _kinds[kind].Objects.Values.SelectMany(n => n.Values)
        : _kinds[kind].Objects.GetValueOrDefault(ns)?.Values ?? Enumerable.Empty<StoredObject>();

    public IEnumerable<StoredObject> Dependents(string ownerUid) =>
        _byOwner.TryGetValue(ownerUid, out var keys) ? keys.Select(k => Find(k)!).OrderBy(o => o.Key.Name, StringComparer.Ordinal) : [];

    public StoredObject Put(ObjectKey key, JsonObject json)
    {
        var stored = new StoredObject(key, json, ++Revision);
        if (!key.Kind.IsCold)
        {
            durable.Put(prefix + key, stored.Utf8);
        }

        Commit(new(Revision, key, Replace(key, stored), stored));
        return stored;
    }

    public void Remove(StoredObject stored)
    {
        durable.Remove(prefix + stored.Key);
        Commit(new(++Revision, stored.Key, Replace(stored.Key, null)!.WithRevision(Revision), null));
    }

    /// <summary>Loads the state of an earlier process.</summary>
    public void Load()
    {
        foreach (var (path, utf8) in durable.Load(prefix))
        {
            var parts = path[prefix.Length..].Split('/');
            var kind = Kinds.All.FirstOrDefault(k => k.Resource == parts[0]);
            if (kind is null || JsonParser.Parse(utf8) is not JsonObject json)
            {
                continue;
            }

            var revision = long.Parse(json.GetString("metadata", "resourceVersion") ?? "0", CultureInfo.InvariantCulture);
            var key = new ObjectKey(kind, parts.Length > 2 ? parts[1] : "", parts[^1]);
            Replace(key, new(key, json, revision));
            Revision = Math.Max(Revision, revision);
        }

        // Removals and events of the earlier process also used revisions but aren't persisted; the gap keeps revisions unique.
        Revision = Revision == 0 ? 0 : Revision + 1_000_000;
        foreach (var store in _kinds.Values)
        {
            store.Oldest = Revision;
        }
    }

    /// <summary>The newest revision that is no longer in the change log of a kind.</summary>
    public long OldestRevision(ResourceKind kind) => _kinds[kind].Oldest;

    public IEnumerable<Change> ChangesSince(ResourceKind kind, long revision) => _kinds[kind].Log.Where(c => c.Revision > revision);

    public void Subscribe(ResourceKind kind, WatchStream watch) => _kinds[kind].Watches.Add(watch);

    public void Unsubscribe(ResourceKind kind, WatchStream watch) => _kinds[kind].Watches.Remove(watch);

    /// <summary>Replaces an object, or removes it if null, and updates the indexes; returns the previous object.</summary>
    private StoredObject? Replace(ObjectKey key, StoredObject? after)
    {
        var objects = _kinds[key.Kind].Objects;
        if (!objects.TryGetValue(key.Namespace, out var names))
        {
            objects[key.Namespace] = names = new(StringComparer.Ordinal);
        }

        names.Remove(key.Name, out var before);
        if (after is not null)
        {
            names[key.Name] = after;
        }
        else if (names.Count == 0)
        {
            objects.Remove(key.Namespace);
        }

        if (before is not null)
        {
            _byUid.Remove(before.Uid);
        }

        if (after is not null)
        {
            _byUid[after.Uid] = key;
        }

        foreach (var owner in OwnersOf(before).Except(OwnersOf(after)))
        {
            if (_byOwner[owner].Remove(key) && _byOwner[owner].Count == 0)
            {
                _byOwner.Remove(owner);
            }
        }

        foreach (var owner in OwnersOf(after))
        {
            (_byOwner.TryGetValue(owner, out var owned) ? owned : _byOwner[owner] = []).Add(key);
        }

        return before;
    }

    private void Commit(Change change)
    {
        var store = _kinds[change.Key.Kind];
        store.Latest = change.Revision;
        store.Log.Enqueue(change);
        if (store.Log.Count > LogLength)
        {
            store.Oldest = store.Log.Dequeue().Revision;
        }

        foreach (var watch in store.Watches.Where(w => w.Namespace.Length == 0 || w.Namespace == change.Key.Namespace))
        {
            watch.Send(change);
        }

        Changed?.Invoke(change);
        change.Before?.ReleaseJson();
    }

    /// <summary>Cold kinds have no owner references; skip the expensive lookup.</summary>
    private static IEnumerable<string> OwnersOf(StoredObject? stored) => stored is null or { Key.Kind.IsCold: true } ? []
        : stored.Json.GetObjects("metadata", "ownerReferences").Select(o => o.GetString("uid") ?? "").Distinct();

    /// <summary>The objects, change log and watches of one kind.</summary>
    private sealed class KindStore
    {
        public SortedDictionary<string, SortedDictionary<string, StoredObject>> Objects { get; } = new(StringComparer.Ordinal);

        public Queue<Change> Log { get; } = new();

        public long Oldest { get; set; }

        public long Latest { get; set; }

        public List<WatchStream> Watches { get; } = [];
    }
}
