using System.Text.Json;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>What one cluster keeps: pools and operations, in memory and in the twin's store. Its cluster's lock guards it.</summary>
internal sealed class ClusterState
{
    private const int OperationsKept = 1000;

    private readonly SortedDictionary<string, AgentPool> _pools = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PoolOperation> _operations = new(StringComparer.Ordinal);
    private readonly Queue<string> _operationOrder = new();
    private readonly ClusterContext _context;
    private readonly string _prefix;
    private int _serial;

    public ClusterState(ClusterContext context)
    {
        (_context, _prefix) = (context, $"arm/{context.Cluster.Name}/");
        foreach (var operation in Load<PoolOperation>("operations/").OrderBy(o => o.StartedAt))
        {
            _operations[operation.Id] = operation;
            _operationOrder.Enqueue(operation.Id);
        }

        foreach (var pool in Load<AgentPool>("pools/"))
            _pools[pool.Name] = pool;
    }

    /// <summary>In order of name.</summary>
    public IReadOnlyCollection<AgentPool> Pools => _pools.Values;

    public AgentPool? Find(string name) => _pools.GetValueOrDefault(name);

    public void Add(AgentPool pool) => _pools[pool.Name] = pool;

    public void Remove(AgentPool pool)
    {
        _pools.Remove(pool.Name);
        _context.Store.Remove($"{_prefix}pools/{pool.Name}");
    }

    public void Save(AgentPool pool)
    {
        if (_context.Store.IsDurable)
            _context.Store.Put($"{_prefix}pools/{pool.Name}", JsonSerializer.SerializeToUtf8Bytes(pool));
    }

    /// <summary>Gives a pool a new eTag and saves it.</summary>
    public void Touch(AgentPool pool)
    {
        pool.ETag = NewId();
        Save(pool);
    }

    public PoolOperation? Operation(string id) => _operations.GetValueOrDefault(id);

    /// <summary>Keeps an operation, or its new state; the oldest are forgotten, as ARM forgets them.</summary>
    public void Remember(PoolOperation operation)
    {
        if (_operations.TryAdd(operation.Id, operation))
            _operationOrder.Enqueue(operation.Id);
        _operations[operation.Id] = operation;
        if (_context.Store.IsDurable)
            _context.Store.Put($"{_prefix}operations/{operation.Id}", JsonSerializer.SerializeToUtf8Bytes(operation));
        while (_operationOrder.Count > OperationsKept)
        {
            var old = _operationOrder.Dequeue();
            _operations.Remove(old);
            _context.Store.Remove($"{_prefix}operations/{old}");
        }
    }

    /// <summary>A GUID that is the same for the same seed, time and order of calls, and another after a restart.</summary>
    public string NewId() =>
        new Guid(_context.Options.Seed, (short)(_serial >> 8), 0x4000, BitConverter.GetBytes((_context.Now.UtcTicks << 8) + (byte)_serial++)).ToString();

    private IEnumerable<T> Load<T>(string kind) =>
        _context.Store.Load(_prefix + kind).Select(e => JsonSerializer.Deserialize<T>(e.Value)!);
}
