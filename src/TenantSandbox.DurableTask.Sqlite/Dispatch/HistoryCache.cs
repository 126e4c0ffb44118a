using TenantSandbox.DurableTask.Sqlite.Store;

namespace TenantSandbox.DurableTask.Sqlite.Dispatch;

/// <summary>
/// What recently active instances have done, so that the next work item need not read it. It is changed on the writer's thread only, in the
/// order of the commits, so it is never older than the database. The oldest entries leave when the number of events exceeds the limit.
/// </summary>
internal sealed class HistoryCache(int maxEvents)
{
    // Counted for each entry beside its events, so that many short histories are bounded too.
    private const int EntryCost = 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<InstanceSnapshot>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<InstanceSnapshot> _byAge = new();
    private long _cost;

    public InstanceSnapshot? Find(string instanceId)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(instanceId, out var node) ? node.Value : null;
        }
    }

    public void Put(InstanceSnapshot snapshot)
    {
        lock (_lock)
        {
            RemoveEntry(snapshot.Id);
            if (Cost(snapshot) > maxEvents)
            {
                return;
            }

            _entries.Add(snapshot.Id, _byAge.AddLast(snapshot));
            _cost += Cost(snapshot);
            while (_cost > maxEvents)
            {
                RemoveEntry(_byAge.First!.Value.Id);
            }
        }
    }

    public void Remove(string instanceId)
    {
        lock (_lock)
        {
            RemoveEntry(instanceId);
        }
    }

    private static int Cost(InstanceSnapshot snapshot) => snapshot.Events.Count + EntryCost;

    private void RemoveEntry(string instanceId)
    {
        if (_entries.Remove(instanceId, out var node))
        {
            _byAge.Remove(node);
            _cost -= Cost(node.Value);
        }
    }
}
