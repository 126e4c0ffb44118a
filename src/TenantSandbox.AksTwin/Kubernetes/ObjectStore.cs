namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>One committed change; <paramref name="Now"/> is null for a removal, whose last state is <paramref name="Before"/>.</summary>
internal sealed record Change(long Revision, ObjectKey Key, StoredObject? Before, StoredObject? Now);

/// <summary>
/// All objects of one cluster, with one revision counter, a bounded log of changes for watches, and the indexes that controllers need.
/// Not safe for threads: the twin's lock is held around every call.
/// </summary>
internal sealed class ObjectStore(TwinStore durable, string prefix)
{
    private const int LogLength = 10_000;

    private readonly Dictionary<ResourceKind, Shelf> _shelves = Kinds.All.ToDictionary(k => k, _ => new Shelf());
    private readonly Dictionary<string, ObjectKey> _byUid = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<ObjectKey>> _byOwner = new(StringComparer.Ordinal);

    public long Revision { get; private set; }

    /// <summary>Called after each change, under the same lock.</summary>
    public Action<Change>? Changed { get; set; }

    public StoredObject? Find(ObjectKey key) => _shelves[key.Kind].Objects.GetValueOrDefault(key.Namespace)?.GetValueOrDefault(key.Name);

    public StoredObject? Find(ResourceKind kind, string ns, string name) => Find(new(kind, ns, name));

    /// <exception cref="StatusException">404</exception>
    public StoredObject Get(ObjectKey key) => Find(key) ?? throw StatusException.NotFound(key.Kind, key.Name);

    public StoredObject? FindByUid(string uid) => _byUid.TryGetValue(uid, out var key) ? Find(key) : null;

    /// <summary>The objects of a kind in one namespace, or in all (empty), ordered by namespace and name.</summary>
    public IEnumerable<StoredObject> List(ResourceKind kind, string ns = "") => ns.Length == 0
        ? _shelves[kind].Objects.Values.SelectMany(n => n.Values)
        : _shelves[kind].Objects.GetValueOrDefault(ns)?.Values ?? Enumerable.Empty<StoredObject>();

    public IEnumerable<StoredObject> Dependents(string ownerUid) =>
        _byOwner.TryGetValue(ownerUid, out var keys) ? keys.Select(k => Find(k)!).OrderBy(o => o.Key.Name, StringComparer.Ordinal) : [];

    public StoredObject Put(ObjectKey key, JsonObject json)
    {
        var now = new StoredObject(key, json, ++Revision);
        if (!key.Kind.Cold)
        {
            durable.Put(prefix + key, now.Utf8);
        }

        Commit(new(Revision, key, Place(key, now), now));
        return now;
    }

    public void Remove(StoredObject stored)
    {
        durable.Remove(prefix + stored.Key);
        Commit(new(++Revision, stored.Key, Place(stored.Key, null)!.At(Revision), null));
    }

    /// <summary>Takes up what an earlier process left.</summary>
    public void Load()
    {
        foreach (var (path, utf8) in durable.Load(prefix))
        {
            var parts = path[prefix.Length..].Split('/');
            var kind = Kinds.All.FirstOrDefault(k => k.Resource == parts[0]);
            if (kind is null || Json.Parse(utf8) is not JsonObject json)
            {
                continue;
            }

            var revision = long.Parse(json.Text("metadata", "resourceVersion") ?? "0", CultureInfo.InvariantCulture);
            var key = new ObjectKey(kind, parts.Length > 2 ? parts[1] : "", parts[^1]);
            Place(key, new(key, json, revision));
            Revision = Math.Max(Revision, revision);
        }

        // Removals and events counted up the revision too but leave no trace; a gap keeps old clients from reading a new past.
        Revision = Revision == 0 ? 0 : Revision + 1_000_000;
        foreach (var shelf in _shelves.Values)
        {
            shelf.Oldest = Revision;
        }
    }

    /// <summary>The last revision that the log of a kind's changes doesn't reach.</summary>
    public long Oldest(ResourceKind kind) => _shelves[kind].Oldest;

    public IEnumerable<Change> Since(ResourceKind kind, long revision) => _shelves[kind].Log.Where(c => c.Revision > revision);

    public void Subscribe(ResourceKind kind, Watch watch) => _shelves[kind].Watches.Add(watch);

    public void Unsubscribe(ResourceKind kind, Watch watch) => _shelves[kind].Watches.Remove(watch);

    /// <summary>Puts an object in its place or, for null, empties that; returns what was there.</summary>
    private StoredObject? Place(ObjectKey key, StoredObject? now)
    {
        var objects = _shelves[key.Kind].Objects;
        if (!objects.TryGetValue(key.Namespace, out var names))
        {
            objects[key.Namespace] = names = new(StringComparer.Ordinal);
        }

        names.Remove(key.Name, out var before);
        if (now is not null)
        {
            names[key.Name] = now;
        }
        else if (names.Count == 0)
        {
            objects.Remove(key.Namespace);
        }

        if (before is not null)
        {
            _byUid.Remove(before.Uid);
        }

        if (now is not null)
        {
            _byUid[now.Uid] = key;
        }

        foreach (var owner in Owners(before).Except(Owners(now)))
        {
            if (_byOwner[owner].Remove(key) && _byOwner[owner].Count == 0)
            {
                _byOwner.Remove(owner);
            }
        }

        foreach (var owner in Owners(now))
        {
            (_byOwner.TryGetValue(owner, out var owned) ? owned : _byOwner[owner] = []).Add(key);
        }

        return before;
    }

    private void Commit(Change change)
    {
        var shelf = _shelves[change.Key.Kind];
        shelf.Log.Enqueue(change);
        if (shelf.Log.Count > LogLength)
        {
            shelf.Oldest = shelf.Log.Dequeue().Revision;
        }

        foreach (var watch in shelf.Watches.Where(w => w.Namespace.Length == 0 || w.Namespace == change.Key.Namespace))
        {
            watch.Tell(change);
        }

        Changed?.Invoke(change);
        change.Before?.Retire();
    }

    /// <summary>Nobody owns what is cold, and to ask would be dear.</summary>
    private static IEnumerable<string> Owners(StoredObject? stored) => stored is null or { Key.Kind.Cold: true } ? []
        : stored.Json.Items("metadata", "ownerReferences").Select(o => o.Text("uid") ?? "").Distinct();

    /// <summary>Everything of one kind, by namespace and name.</summary>
    private sealed class Shelf
    {
        public SortedDictionary<string, SortedDictionary<string, StoredObject>> Objects { get; } = new(StringComparer.Ordinal);

        public Queue<Change> Log { get; } = new();

        public long Oldest { get; set; }

        public List<Watch> Watches { get; } = [];
    }
}
