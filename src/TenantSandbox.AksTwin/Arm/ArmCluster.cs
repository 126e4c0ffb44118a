using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// One managed cluster as ARM has it: its pools and their operations. Everything happens under one lock, and what is due is
/// settled before anything is read, so that no answer depends on when a timer fired.
/// </summary>
internal sealed class ArmCluster
{
    private readonly Lock _gate = new();
    private readonly ClusterContext _context;
    private readonly ClusterState _state;
    private readonly PoolRunner _runner;
    private DateTimeOffset _busyUntil;

    public ArmCluster(ClusterContext context, KubernetesTwin nodes)
    {
        _context = context;
        _state = new(context);
        _runner = new(context, nodes, _state, _gate);
    }

    public TwinCluster Cluster => _context.Cluster;

    /// <summary>Pools in order of name; each with its resource properties as ARM answers them.</summary>
    public IReadOnlyList<(string Name, JsonObject Properties)> List()
    {
        lock (_gate)
        {
            _runner.Settle();
            return [.. _state.Pools.Select(p => (p.Name, p.View()))];
        }
    }

    public JsonObject Get(string name)
    {
        lock (_gate)
        {
            _runner.Settle();
            return Find(name).View();
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
            foreach (var pool in _state.Pools)
                _state.Touch(pool);
        }
    }

    /// <summary>Takes a PUT; true when the pool is new.</summary>
    public (bool Created, JsonObject Properties, PoolOperation Operation) Put(
        string name, JsonNode? body, Conditions conditions, string apiVersion, Fault? fault)
    {
        lock (_gate)
        {
            _runner.Settle();
            var existing = _state.Find(name);
            conditions.Check(existing?.ETag, absentMayPass: existing is null && conditions.IfMatch is null);
            var sent = AgentPoolSchema.Read(body);
            var properties = AgentPoolRules.Complete(sent, existing, Cluster);
            AgentPoolRules.Check(name, properties, existing, Cluster, apiVersion);
            RefuseIfBusy(existing);
            if (existing is null && _state.Pools.Count >= AgentPoolRules.MaxPools)
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
            _state.Add(pool);

            var timing = _context.Options.Timing;
            var duration = pool.State == "Creating" ? timing.PoolCreate : timing.PoolUpdate;
            if (fault?.Kind != FaultKind.FailLate && _runner.OrderNodes(pool, fault?.Kind == FaultKind.NodesNeverReady) is { } booted)
                duration = booted - _context.Now;
            return (existing is null, pool.View(), _runner.Start(pool, "Put", duration, fault));
        }
    }

    /// <summary>Takes a DELETE; null when there is no such pool.</summary>
    public PoolOperation? Delete(string name, Conditions conditions, Fault? fault)
    {
        lock (_gate)
        {
            _runner.Settle();
            if (_state.Find(name) is not { } pool)
                return null;
            conditions.Check(pool.ETag, absentMayPass: true);
            RefuseIfBusy(pool);
            if (pool.Text("mode") == "System")
                RequireAnotherSystemPool(pool);
            pool.State = "Deleting";
            return _runner.Start(pool, "Delete", _context.Options.Timing.PoolDelete, fault);
        }
    }

    /// <summary>Cancels what runs on a pool. It is not undone.</summary>
    public PoolOperation Abort(string name)
    {
        lock (_gate)
        {
            _runner.Settle();
            var pool = Find(name);
            if (pool.Running is not { } running)
                throw new ArmException(409, "OperationNotAllowed", $"There is no operation in progress on agent pool {name}: it has already finished.");
            _state.Remember(running with { Status = "Canceled", EndedAt = _context.Now, Error = ArmException.Error("OperationCanceled", "The operation was canceled by an abort request.") });
            pool.Running = null;
            pool.State = "Canceling";
            return _runner.Start(pool, "Abort", _context.Options.Timing.RetryAfter, null);
        }
    }

    /// <summary>Moves a pool to the newest node image; null when it has it.</summary>
    public PoolOperation? UpgradeNodeImage(string name, Fault? fault)
    {
        lock (_gate)
        {
            _runner.Settle();
            var pool = Find(name);
            RefuseIfBusy(pool);
            if (NodeImages.Newest(pool, _context.Now) == pool.NodeImageVersion)
                return null;
            pool.State = "UpgradingNodeImageVersion";
            return _runner.Start(pool, "UpgradeNodeImage", _context.Options.Timing.NodeReimage * Math.Max(1, pool.Nodes.Count), fault);
        }
    }

    public PoolOperation? Operation(string id)
    {
        lock (_gate)
        {
            _runner.Settle();
            return _state.Operation(id);
        }
    }

    /// <summary>A pool that is no more (or not yet) has no view.</summary>
    public JsonObject? TryGet(string name)
    {
        lock (_gate)
            return _state.Find(name)?.View();
    }

    private void RefuseIfBusy(AgentPool? pool)
    {
        if (IsBusy)
            throw new ArmException(409, "OperationNotAllowed", "Operation is not allowed: Another operation (PutExtensionAddonHandler.PUT) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details");
        if (pool?.Running is not null)
            throw new ArmException(409, "OperationNotAllowed", $"Operation is not allowed: Another agentpool operation ({pool.Name} - {pool.State}) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details");
    }

    private void RequireAnotherSystemPool(AgentPool pool)
    {
        if (!_state.Pools.Any(p => p != pool && p.Text("mode") == "System" && p.Nodes.Count > 0))
            throw new ArmException(400, "BadRequest", $"There has to be at least one system agent pool: {pool.Name} is the last one.");
    }

    private void CheckQuota(string name, JsonObject properties)
    {
        var size = VmSizes.Find(properties["vmSize"]!.GetValue<string>())!;
        var others = _state.Pools.Where(p => p.Name != name && p.Size.Family == size.Family).Sum(p => p.Count * p.Size.VCpus);
        var wanted = properties["count"]!.GetValue<int>() * size.VCpus;
        var quota = _context.Options.VCpuQuotaPerFamily;
        if (others + wanted > quota)
            throw new ArmException(400, "ErrCode_InsufficientVCPUQuota", $"Insufficient vcpu quota requested {wanted}, remaining {Math.Max(0, quota - others)} for family {size.Family} for region {Cluster.Location}.");
    }

    private AgentPool Find(string name) => _state.Find(name) ?? throw new ArmException(
        404, "NotFound", $"Could not find the agentpool: '{name}' in managed cluster '{Cluster.Name}' of resource group '{_context.Options.ResourceGroup}'.");
}
