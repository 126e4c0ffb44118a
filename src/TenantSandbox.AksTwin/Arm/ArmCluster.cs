using System.Text.Json;
using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// One managed cluster as ARM has it: its pools and their operations. Everything happens under one lock, and what is due is
/// settled before anything is read, so that no answer depends on when a timer fired.
/// </summary>
internal sealed class ArmCluster
{
    private const int OperationsKept = 1000;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, AgentPool> _pools = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PoolOperation> _operations = new(StringComparer.Ordinal);
    private readonly Queue<string> _operationOrder = new();
    private readonly ClusterContext _context;
    private readonly INodeHost _nodes;
    private readonly PoolNodes _naming;
    private readonly Autoscaler _autoscaler;
    private DateTimeOffset _busyUntil;
    private int _serial;

    public ArmCluster(ClusterContext context, INodeHost nodes)
    {
        _context = context;
        _nodes = nodes;
        _naming = new(context);
        Load();
        _autoscaler = new(context, nodes, _naming, _gate, _pools.Values, SettleLocked, Save);
    }

    public TwinCluster Cluster => _context.Cluster;

    /// <summary>Pools in order of name; each with its resource properties as ARM answers them.</summary>
    public IReadOnlyList<(string Name, JsonObject Properties)> List()
    {
        lock (_gate)
        {
            SettleLocked();
            return [.. _pools.Values.Select(p => (p.Name, View(p)))];
        }
    }

    public JsonObject Get(string name)
    {
        lock (_gate)
        {
            SettleLocked();
            return View(Find(name));
        }
    }

    /// <summary>Whether something runs that belongs to the whole cluster; then no pool can be written.</summary>
    public bool IsBusy => _context.Now < _busyUntil;

    /// <summary>An operation of AKS's own on the whole cluster: all writes to pools answer 409 until it ends.</summary>
    public void Occupy(TimeSpan duration)
    {
        lock (_gate)
        {
            _busyUntil = _context.Now + duration;
            foreach (var pool in _pools.Values)
                Touch(pool);
        }
    }

    /// <summary>Takes a PUT; true when the pool is new.</summary>
    public (bool Created, JsonObject Properties, PoolOperation Operation) Put(
        string name, JsonNode? body, Conditions conditions, string apiVersion, Fault? fault)
    {
        lock (_gate)
        {
            SettleLocked();
            var existing = _pools.GetValueOrDefault(name);
            conditions.Check(existing?.ETag, absentMayPass: existing is null && conditions.IfMatch is null);
            var sent = AgentPoolSchema.Read(body);
            var properties = AgentPoolRules.Complete(sent, existing, Cluster);
            AgentPoolRules.Check(name, properties, existing, Cluster, apiVersion);
            RefuseIfBusy(existing);
            if (existing is null && _pools.Count >= AgentPoolRules.MaxPools)
                throw new ArmException(400, "QuotaExceeded", $"The maximum number of agent pools in a managed cluster is {AgentPoolRules.MaxPools}.");
            CheckQuota(name, properties);
            if (existing?.Text("mode") == "System" && properties["mode"]!.GetValue<string>() != "System")
                RequireAnotherSystemPool(existing);

            var pool = existing ?? new AgentPool { Name = name, Properties = properties };
            var target = properties["count"]!.GetValue<int>();
            var scales = existing is not null && target != pool.Nodes.Count;
            pool.Properties = properties;
            pool.NodeImageVersion = pool.NodeImageVersion is "" ? NodeImages.Newest(pool, _context.Now) : pool.NodeImageVersion;
            pool.State = existing is null || existing.Nodes.Count == 0 && existing.State == "Failed" ? "Creating" : scales ? "Scaling" : "Updating";
            _pools[name] = pool;

            var timing = _context.Options.Timing;
            var duration = pool.State == "Creating" ? timing.PoolCreate : timing.PoolUpdate;
            if (fault?.Kind != FaultKind.FailLate)
            {
                var booted = _context.Now + (pool.State == "Creating" ? timing.PoolCreate : TimeSpan.Zero) + timing.NodeBoot;
                while (pool.Nodes.Count < WantedNodes(pool))
                {
                    pool.Nodes.Add(_naming.Next(pool, booted, fault?.Kind == FaultKind.NodesNeverReady));
                    duration = booted - _context.Now;
                }
            }

            return (existing is null, View(pool), Start(pool, "Put", duration, fault));
        }
    }

    /// <summary>Takes a DELETE; null when there is no such pool.</summary>
    public PoolOperation? Delete(string name, Conditions conditions, Fault? fault)
    {
        lock (_gate)
        {
            SettleLocked();
            if (!_pools.TryGetValue(name, out var pool))
                return null;
            conditions.Check(pool.ETag, absentMayPass: true);
            RefuseIfBusy(pool);
            if (pool.Text("mode") == "System")
                RequireAnotherSystemPool(pool);
            pool.State = "Deleting";
            return Start(pool, "Delete", _context.Options.Timing.PoolDelete, fault);
        }
    }

    /// <summary>Cancels what runs on a pool. It is not undone.</summary>
    public PoolOperation Abort(string name)
    {
        lock (_gate)
        {
            SettleLocked();
            var pool = Find(name);
            if (pool.Running is not { } running)
                throw new ArmException(409, "OperationNotAllowed", $"There is no operation in progress on agent pool {name}: it has already finished.");
            Remember(running with { Status = "Canceled", EndedAt = _context.Now, Error = ArmException.Error("OperationCanceled", "The operation was canceled by an abort request.") });
            pool.Running = null;
            pool.State = "Canceling";
            return Start(pool, "Abort", _context.Options.Timing.RetryAfter, null);
        }
    }

    /// <summary>Moves a pool to the newest node image; null when it has it.</summary>
    public PoolOperation? UpgradeNodeImage(string name, Fault? fault)
    {
        lock (_gate)
        {
            SettleLocked();
            var pool = Find(name);
            RefuseIfBusy(pool);
            if (NodeImages.Newest(pool, _context.Now) == pool.NodeImageVersion)
                return null;
            pool.State = "UpgradingNodeImageVersion";
            return Start(pool, "UpgradeNodeImage", _context.Options.Timing.NodeReimage * Math.Max(1, pool.Nodes.Count), fault);
        }
    }

    public PoolOperation? Operation(string id)
    {
        lock (_gate)
        {
            SettleLocked();
            return _operations.GetValueOrDefault(id);
        }
    }

    /// <summary>A pool that is no more (or not yet) has no view.</summary>
    public JsonObject? TryGet(string name)
    {
        lock (_gate)
            return _pools.TryGetValue(name, out var pool) ? View(pool) : null;
    }

    private PoolOperation Start(AgentPool pool, string kind, TimeSpan duration, Fault? fault)
    {
        var id = new Guid(_context.Options.Seed, 0, 0x4000, BitConverter.GetBytes((_context.Now.UtcTicks << 8) + (byte)_serial++)).ToString();
        var operation = new PoolOperation(id, kind, pool.Name, _context.Now, _context.Now + duration)
        {
            Error = fault?.Kind == FaultKind.FailLate ? ArmException.Error(fault.Code, ArmException.MessageOf(fault)) : null,
        };
        pool.Running = operation;
        pool.Error = null;
        Touch(pool);
        Remember(operation);
        _context.Scheduler.After(duration, Settle);
        return operation;
    }

    private void Settle()
    {
        lock (_gate)
            SettleLocked();
    }

    // Everything whose time has come, in the order it came: machines that booted, then operations that end.
    private void SettleLocked()
    {
        var now = _context.Now;
        foreach (var pool in _pools.Values.Where(p => p.Running is not null || p.Nodes.Exists(n => !n.Joined)).ToArray())
        {
            var joined = false;
            for (var i = 0; i < pool.Nodes.Count; i++)
            {
                if (pool.Nodes[i] is { Joined: false } node && node.BootedAt <= now && pool.State != "Deleting")
                {
                    pool.Nodes[i] = node with { Joined = true };
                    _nodes.AddNode(_naming.Spec(pool, node));
                    joined = true;
                }
            }

            if (pool.Running is { } running && running.DueAt <= now)
                End(pool, running);
            else if (joined)
                Save(pool);
        }
    }

    private void End(AgentPool pool, PoolOperation operation)
    {
        pool.Running = null;
        var failed = operation.Error is not null;
        pool.State = failed ? "Failed" : operation.Kind == "Abort" ? "Canceled" : "Succeeded";
        pool.Error = (JsonObject?)operation.Error?.DeepClone();
        Remember(operation with { Status = failed ? "Failed" : "Succeeded", EndedAt = operation.DueAt });
        if (!failed && operation.Kind == "Delete")
        {
            foreach (var node in pool.Nodes)
                _nodes.RemoveNode(node.Name);
            _pools.Remove(pool.Name);
            _context.Store.Remove(Key(pool.Name));
            return;
        }

        if (!failed && operation.Kind == "Put")
            Converge(pool);
        if (!failed && operation.Kind == "UpgradeNodeImage")
        {
            pool.NodeImageVersion = NodeImages.Newest(pool, operation.DueAt);
            foreach (var node in pool.Nodes)
            {
                // A reimaged machine comes back under its name, without its pods.
                _nodes.RemoveNode(node.Name);
                _nodes.AddNode(_naming.Spec(pool, node));
            }
        }

        Save(pool);
        _autoscaler.Wake();
    }

    private void Converge(AgentPool pool)
    {
        while (pool.Nodes.Count > WantedNodes(pool))
        {
            _nodes.RemoveNode(pool.Nodes[^1].Name);
            pool.Nodes.RemoveAt(pool.Nodes.Count - 1);
        }

        foreach (var node in pool.Nodes.Where(n => n.Joined))
            _nodes.UpdateNode(_naming.Spec(pool, node));
    }

    private static int WantedNodes(AgentPool pool) =>
        pool.Properties["powerState"]!["code"]!.GetValue<string>() == "Stopped" ? 0 : pool.Count;

    private void RefuseIfBusy(AgentPool? pool)
    {
        if (IsBusy)
            throw new ArmException(409, "OperationNotAllowed", "Operation is not allowed: Another operation (PutExtensionAddonHandler.PUT) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details");
        if (pool?.Running is not null)
            throw new ArmException(409, "OperationNotAllowed", $"Operation is not allowed: Another agentpool operation ({pool.Name} - {pool.State}) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details");
    }

    private void RequireAnotherSystemPool(AgentPool pool)
    {
        if (!_pools.Values.Any(p => p != pool && p.Text("mode") == "System" && p.Nodes.Count > 0))
            throw new ArmException(400, "BadRequest", $"There has to be at least one system agent pool: {pool.Name} is the last one.");
    }

    private void CheckQuota(string name, JsonObject properties)
    {
        var size = VmSizes.Find(properties["vmSize"]!.GetValue<string>())!;
        var others = _pools.Values.Where(p => p.Name != name && p.Size.Family == size.Family).Sum(p => p.Count * p.Size.VCpus);
        var wanted = properties["count"]!.GetValue<int>() * size.VCpus;
        var quota = _context.Options.VCpuQuotaPerFamily;
        if (others + wanted > quota)
            throw new ArmException(400, "ErrCode_InsufficientVCPUQuota", $"Insufficient vcpu quota requested {wanted}, remaining {Math.Max(0, quota - others)} for family {size.Family} for region {Cluster.Location}.");
    }

    private AgentPool Find(string name) => _pools.GetValueOrDefault(name) ?? throw new ArmException(
        404, "NotFound", $"Could not find the agentpool: '{name}' in managed cluster '{Cluster.Name}' of resource group '{_context.Options.ResourceGroup}'.");

    private static JsonObject View(AgentPool pool)
    {
        var view = (JsonObject)pool.Properties.DeepClone();
        view["provisioningState"] = pool.State;
        view["currentOrchestratorVersion"] = pool.Text("orchestratorVersion");
        view["nodeImageVersion"] = pool.NodeImageVersion;
        view["eTag"] = pool.ETag;
        if (pool.Error is not null)
            view["status"] = new JsonObject { ["provisioningError"] = pool.Error.DeepClone() };
        return view;
    }

    private void Touch(AgentPool pool)
    {
        pool.ETag = new Guid(_context.Options.Seed, 1, 0x4000, BitConverter.GetBytes((_context.Now.UtcTicks << 8) + (byte)_serial++)).ToString();
        Save(pool);
    }

    private void Remember(PoolOperation operation)
    {
        if (_operations.TryAdd(operation.Id, operation))
            _operationOrder.Enqueue(operation.Id);
        _operations[operation.Id] = operation;
        Save(operation);
        while (_operationOrder.Count > OperationsKept)
        {
            var old = _operationOrder.Dequeue();
            _operations.Remove(old);
            _context.Store.Remove($"arm/{Cluster.Name}/operations/{old}");
        }
    }

    private void Save(PoolOperation operation)
    {
        if (_context.Store.IsDurable)
            _context.Store.Put($"arm/{Cluster.Name}/operations/{operation.Id}", JsonSerializer.SerializeToUtf8Bytes(operation));
    }

    private void Save(AgentPool pool)
    {
        if (_context.Store.IsDurable)
            _context.Store.Put(Key(pool.Name), JsonSerializer.SerializeToUtf8Bytes(pool));
    }

    private string Key(string pool) => $"arm/{Cluster.Name}/pools/{pool}";

    private void Load()
    {
        foreach (var operation in _context.Store.Load($"arm/{Cluster.Name}/operations/").Select(e => JsonSerializer.Deserialize<PoolOperation>(e.Value)!).OrderBy(o => o.StartedAt))
        {
            _operations[operation.Id] = operation;
            _operationOrder.Enqueue(operation.Id);
        }

        foreach (var (_, json) in _context.Store.Load(Key("")))
        {
            var pool = JsonSerializer.Deserialize<AgentPool>(json)!;
            _pools[pool.Name] = pool;
            foreach (var node in pool.Nodes.Where(n => n.Joined))
                _nodes.AddNode(_naming.Spec(pool, node));
            var pending = pool.Nodes.Where(n => !n.Joined).Select(n => n.BootedAt).Concat(pool.Running is { } r ? [r.DueAt] : []);
            foreach (var due in pending.Distinct())
                _context.Scheduler.After(due - _context.Now, Settle);
        }

        if (_pools.Count == 0)
            AddSystemPool();
    }

    private void AddSystemPool()
    {
        var properties = AgentPoolRules.Complete(
            new()
            {
                ["mode"] = "System",
                ["count"] = Cluster.SystemPoolCount,
                ["vmSize"] = Cluster.SystemPoolVmSize,
                ["nodeTaints"] = new JsonArray("CriticalAddonsOnly=true:NoSchedule"),
            },
            null,
            Cluster);
        var pool = new AgentPool { Name = "systempool", Properties = properties, State = "Succeeded" };
        pool.NodeImageVersion = NodeImages.Newest(pool, _context.Now);
        for (var i = 0; i < Cluster.SystemPoolCount; i++)
        {
            pool.Nodes.Add(_naming.Next(pool, _context.Now, neverReady: false) with { Joined = true });
            _nodes.AddNode(_naming.Spec(pool, pool.Nodes[i]));
        }

        _pools[pool.Name] = pool;
        Touch(pool);
    }
}
