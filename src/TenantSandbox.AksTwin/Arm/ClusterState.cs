using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>The agent pools and operations of one cluster, in memory and in the twin's store. Guarded by <see cref="Gate"/>.</summary>
internal sealed class ClusterState
{
    private const int MaxOperations = 1000;

    private readonly SortedDictionary<string, AgentPool> _pools;
    private readonly OrderedDictionary<string, PoolOperation> _operations;
    private readonly string _prefix;
    private int _serial;

    public ClusterState(ClusterContext context)
    {
        (Context, _prefix) = (context, $"arm/{context.Cluster.Name}/");
        _pools = new(Load<AgentPool>("pools/").ToDictionary(p => p.Name), StringComparer.Ordinal);
        _operations = new(Load<PoolOperation>("operations/").OrderBy(o => o.StartedAt).Select(o => KeyValuePair.Create(o.Id, o)));
    }

    public ClusterContext Context { get; }

    public DateTimeOffset Now => Context.Now;

    public TimingProfile Timing => Context.Options.Timing;

    public Lock Gate { get; } = new();

    /// <summary>Ordered by name.</summary>
    public IReadOnlyList<AgentPool> Pools => [.. _pools.Values];

    public AgentPool? FindPool(string name) => _pools.GetValueOrDefault(name);

    public PoolOperation? FindOperation(string id) => _operations.GetValueOrDefault(id);

    public void Save(AgentPool pool) => Put($"pools/{pool.Name}", _pools[pool.Name] = pool);

    public void Remove(AgentPool pool)
    {
        _pools.Remove(pool.Name);
        Context.Store.Remove($"{_prefix}pools/{pool.Name}");
    }

    /// <summary>Saves an operation; the oldest beyond 1,000 are removed, as ARM expires them.</summary>
    public void Save(PoolOperation operation)
    {
        Put($"operations/{operation.Id}", _operations[operation.Id] = operation);
        for (; _operations.Count > MaxOperations; _operations.RemoveAt(0))
        {
            Context.Store.Remove($"{_prefix}operations/{_operations.GetAt(0).Key}");
        }
    }

    /// <summary>Returns a GUID derived from seed, time and call order.</summary>
    public string NewId() => DeterministicNames.Uid($"{Context.Options.Seed}/{Now.UtcTicks}/{_serial++}");

    private void Put<T>(string key, T value) => Context.Store.Put(_prefix + key, JsonSerializer.SerializeToUtf8Bytes(value));

    private IEnumerable<T> Load<T>(string kind) => Context.Store.Load(_prefix + kind).Select(e => JsonSerializer.Deserialize<T>(e.Value)!);
}
