using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>One committed change; <paramref name="Now"/> is null for a removal, whose last state is <paramref name="Before"/>.</summary>
internal sealed record Change(long Revision, ObjectKey Key, StoredObject? Before, StoredObject? Now);

/// <summary>Somebody who follows a kind; ended by the store when it reads too slowly.</summary>
internal sealed record Watcher(ResourceKind Kind, string Namespace)
{
    public Channel<Change> Changes { get; } = Channel.CreateBounded<Change>(new BoundedChannelOptions(20_000) { SingleReader = true });
}

/// <summary>
/// All objects of one cluster, with one revision counter, a bounded log of changes for watches, and the indexes that controllers need.
/// Not safe for threads: the twin's lock is held around every call.
/// </summary>
internal sealed class ObjectStore(TwinStore durable, string prefix)
{
    private const int LogLength = 10_000;

    private readonly Dictionary<ResourceKind, SortedDictionary<string, SortedDictionary<string, StoredObject>>> _objects =
        Kinds.All.ToDictionary(k => k, _ => new SortedDictionary<string, SortedDictionary<string, StoredObject>>(StringComparer.Ordinal));

    private readonly Dictionary<ResourceKind, Queue<Change>> _log = Kinds.All.ToDictionary(k => k, _ => new Queue<Change>());
    private readonly Dictionary<ResourceKind, long> _oldest = Kinds.All.ToDictionary(k => k, _ => 0L);
    private readonly Dictionary<(ResourceKind Kind, string Namespace), List<Watcher>> _watchers = [];
    private readonly Dictionary<string, ObjectKey> _byUid = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<ObjectKey>> _byOwner = new(StringComparer.Ordinal);

    public long Revision { get; private set; }

    /// <summary>Called after each change, under the same lock.</summary>
    public Action<Change>? Changed { get; set; }

    public StoredObject? Find(ObjectKey key) => _objects[key.Kind].GetValueOrDefault(key.Namespace)?.GetValueOrDefault(key.Name);

    public StoredObject? Find(ResourceKind kind, string ns, string name) => Find(new(kind, ns, name));

    public StoredObject? FindByUid(string uid) => _byUid.TryGetValue(uid, out var key) ? Find(key) : null;

    /// <summary>The objects of a kind in one namespace, or in all (null), ordered by namespace and name.</summary>
    public IEnumerable<StoredObject> List(ResourceKind kind, string? ns = null) => string.IsNullOrEmpty(ns)
        ? _objects[kind].Values.SelectMany(n => n.Values)
        : _objects[kind].GetValueOrDefault(ns)?.Values ?? Enumerable.Empty<StoredObject>();

    public IEnumerable<StoredObject> Dependents(string ownerUid) =>
        _byOwner.TryGetValue(ownerUid, out var keys) ? keys.Select(k => Find(k)!).OrderBy(o => o.Key.Name, StringComparer.Ordinal) : [];

    public StoredObject Put(ObjectKey key, JsonObject json)
    {
        json.Remove("kind");
        json.Remove("apiVersion");
        json.Ensure("metadata")["resourceVersion"] = (++Revision).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var now = new StoredObject(key, json, Revision);
        var before = Insert(now);
        if (durable.IsDurable && !key.Kind.Cold)
            durable.Put(prefix + key, now.Utf8);
        Commit(new(Revision, key, before, now));
        return now;
    }

    public StoredObject Remove(StoredObject stored)
    {
        var last = stored.Edit();
        last.Ensure("metadata")["resourceVersion"] = (++Revision).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var before = new StoredObject(stored.Key, last, Revision);
        var names = _objects[stored.Key.Kind][stored.Key.Namespace];
        names.Remove(stored.Key.Name);
        if (names.Count == 0)
            _objects[stored.Key.Kind].Remove(stored.Key.Namespace);
        Unindex(stored);
        durable.Remove(prefix + stored.Key);
        Commit(new(Revision, stored.Key, before, null));
        return before;
    }

    /// <summary>Takes up what an earlier process left.</summary>
    public void Load()
    {
        foreach (var (path, utf8) in durable.Load(prefix))
        {
            var parts = path[prefix.Length..].Split('/');
            var kind = Kinds.All.FirstOrDefault(k => k.Resource == parts[0]);
            if (kind is null || JsonNode.Parse(utf8) is not JsonObject json)
                continue;
            var revision = long.Parse(json.Text("metadata", "resourceVersion") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
            Insert(new(new(kind, parts.Length > 2 ? parts[1] : "", parts[^1]), json, revision));
            Revision = Math.Max(Revision, revision);
        }

        // Removals and events counted up the revision too but leave no trace; a gap keeps old clients from reading a new past.
        Revision = Revision == 0 ? 0 : Revision + 1_000_000;
        foreach (var kind in Kinds.All)
            _oldest[kind] = Revision;
    }

    /// <summary>Changes of a kind after a revision.</summary>
    /// <exception cref="StatusException">410: the log doesn't reach back so far.</exception>
    public IEnumerable<Change> Since(ResourceKind kind, long revision) => revision < _oldest[kind]
        ? throw StatusException.Expired(revision, _oldest[kind])
        : _log[kind].Where(c => c.Revision > revision);

    public void Subscribe(Watcher watcher)
    {
        if (!_watchers.TryGetValue((watcher.Kind, watcher.Namespace), out var list))
            _watchers[(watcher.Kind, watcher.Namespace)] = list = [];
        list.Add(watcher);
    }

    public void Unsubscribe(Watcher watcher)
    {
        watcher.Changes.Writer.TryComplete();
        if (_watchers.TryGetValue((watcher.Kind, watcher.Namespace), out var list) && list.RemoveAll(w => ReferenceEquals(w, watcher)) > 0 && list.Count == 0)
            _watchers.Remove((watcher.Kind, watcher.Namespace));
    }

    private StoredObject? Insert(StoredObject now)
    {
        if (!_objects[now.Key.Kind].TryGetValue(now.Key.Namespace, out var names))
            _objects[now.Key.Kind][now.Key.Namespace] = names = new(StringComparer.Ordinal);
        var before = names.GetValueOrDefault(now.Key.Name);
        if (before is not null)
            Unindex(before);
        names[now.Key.Name] = now;
        if (now.Key.Kind.Cold)
            return before;
        _byUid[now.Uid] = now.Key;
        foreach (var owner in Owners(now))
        {
            if (!_byOwner.TryGetValue(owner, out var set))
                _byOwner[owner] = set = [];
            set.Add(now.Key);
        }

        return before;
    }

    private void Unindex(StoredObject stored)
    {
        if (stored.Key.Kind.Cold)
            return;
        _byUid.Remove(stored.Uid);
        foreach (var owner in Owners(stored))
        {
            if (_byOwner.TryGetValue(owner, out var set) && set.Remove(stored.Key) && set.Count == 0)
                _byOwner.Remove(owner);
        }
    }

    private void Commit(Change change)
    {
        var log = _log[change.Key.Kind];
        log.Enqueue(change);
        if (log.Count > LogLength)
            _oldest[change.Key.Kind] = log.Dequeue().Revision;
        Tell(change, change.Key.Namespace);
        if (change.Key.Namespace.Length > 0)
            Tell(change, "");
        Changed?.Invoke(change);
    }

    private void Tell(Change change, string ns)
    {
        foreach (var watcher in _watchers.GetValueOrDefault((change.Key.Kind, ns)) ?? [])
        {
            if (!watcher.Changes.Writer.TryWrite(change))
                watcher.Changes.Writer.TryComplete();
        }
    }

    private static IEnumerable<string> Owners(StoredObject stored) =>
        stored.Json.Items("metadata", "ownerReferences").Select(o => o.Text("uid") ?? "").Distinct();
}
