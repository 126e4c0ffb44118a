using System.Text.Json;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>What one cluster keeps: pools and operations, in memory and in the twin's store. Its <see cref="Gate"/> guards it.</summary>
internal sealed class ClusterState
{
    private const int OperationsKept = 1000;

    private readonly SortedDictionary<string, AgentPool> _pools = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, PoolOperation> _operations = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _prefix;
    private int _serial;

    public ClusterState(ClusterContext context)
    {
        (Context, _prefix) = (context, $"arm/{context.Cluster.Name}/");
        foreach (var pool in Load<AgentPool>("pools/"))
            _pools[pool.Name] = pool;
        foreach (var operation in Load<PoolOperation>("operations/").OrderBy(o => o.StartedAt))
            _operations[operation.Id] = operation;
    }

    public ClusterContext Context { get; }

    public Lock Gate { get; } = new();

    /// <summary>In order of name.</summary>
    public IReadOnlyList<AgentPool> Pools => [.. _pools.Values];

    public AgentPool? Find(string name) => _pools.GetValueOrDefault(name);

    public PoolOperation? Operation(string id) => _operations.GetValueOrDefault(id);

    public void Save(AgentPool pool)
    {
        _pools[pool.Name] = pool;
        Put($"pools/{pool.Name}", pool);
    }

    /// <summary>Gives a pool a new eTag and saves it.</summary>
    public void Touch(AgentPool pool)
    {
        pool.Properties["eTag"] = NewId();
        Save(pool);
    }

    public void Remove(AgentPool pool)
    {
        _pools.Remove(pool.Name);
        Context.Store.Remove($"{_prefix}pools/{pool.Name}");
    }

    /// <summary>Keeps an operation, or its new state; the oldest are forgotten, as ARM forgets them.</summary>
    public void Remember(PoolOperation operation)
    {
        _operations[operation.Id] = operation;
        Put($"operations/{operation.Id}", operation);
        for (; _operations.Count > OperationsKept; _operations.RemoveAt(0))
            Context.Store.Remove($"{_prefix}operations/{_operations.GetAt(0).Key}");
    }

    /// <summary>A GUID that is the same for the same seed, time and order of calls, and another after a restart.</summary>
    public string NewId() => Names.Uid($"{Context.Options.Seed}/{Context.Now.UtcTicks}/{_serial++}");

    private void Put<T>(string key, T value)
    {
        if (Context.Store.IsDurable)
            Context.Store.Put(_prefix + key, JsonSerializer.SerializeToUtf8Bytes(value));
    }

    private IEnumerable<T> Load<T>(string kind) =>
        Context.Store.Load(_prefix + kind).Select(e => JsonSerializer.Deserialize<T>(e.Value)!);
}
