using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// What happens to pools in time: machines boot and become nodes, operations end, and after a restart all of it goes on. Its
/// public members are called under the cluster's lock.
/// </summary>
internal sealed class PoolRunner
{
    private readonly ClusterState _state;
    private readonly KubernetesTwin _kubernetes;
    private readonly PoolNodes _nodes;
    private readonly Autoscaler _autoscaler;

    public PoolRunner(ClusterState state, KubernetesTwin kubernetes)
    {
        (_state, _kubernetes, _nodes) = (state, kubernetes, new(state.Context));
        _autoscaler = new(state, kubernetes, _nodes, this);
        kubernetes.DemandChanged += _autoscaler.Wake;
        lock (state.Gate)
        {
            Resume();
        }
    }

    /// <summary>Starts what a PUT asked for, and orders the machines that the pool lacks then.</summary>
    public PoolOperation StartPut(AgentPool pool, string kind, Fault? fault)
    {
        var (timing, isNew) = (_state.Timing, kind == "Creating");
        if (fault?.Kind == FaultKind.FailLate || pool.Nodes.Count >= pool.Count)
        {
            return Start(pool, kind, isNew ? timing.PoolCreate : timing.PoolUpdate, fault);
        }

        var boot = (isNew ? timing.PoolCreate : TimeSpan.Zero) + timing.NodeBoot;
        while (pool.Nodes.Count < pool.Count)
        {
            _nodes.Add(pool, _state.Now + boot, fault?.Kind == FaultKind.NodesNeverReady);
        }

        return Start(pool, kind, boot, fault);
    }

    /// <summary>Starts an operation, which ends after <paramref name="duration"/>; a late failure is decided here.</summary>
    public PoolOperation Start(AgentPool pool, string kind, TimeSpan duration, Fault? fault)
    {
        var error = fault?.Kind == FaultKind.FailLate ? ArmException.From(fault).Error : null;
        var operation = new PoolOperation(_state.NewId(), kind, pool.Name, _state.Now, _state.Now + duration, error);
        (pool.Running, pool.State) = (operation, kind);
        pool.Properties.Remove("status");
        Touch(pool);
        _state.Save(operation);
        SettleAt(operation.DueAt);
        return operation;
    }

    /// <summary>Gives a pool a new eTag and saves it.</summary>
    public void Touch(AgentPool pool)
    {
        pool.Properties["eTag"] = _state.NewId();
        _state.Save(pool);
    }

    /// <summary>Does everything whose time has come, in the order it came: machines that booted, then operations that end.</summary>
    public void Settle()
    {
        foreach (var pool in _state.Pools)
        {
            foreach (var node in pool.Nodes.Where(n => !n.Joined && n.BootedAt <= _state.Now && pool.State != "Deleting"))
            {
                node.Joined = true;
                _kubernetes.AddNode(_nodes.Spec(pool, node));
                _autoscaler.Wake();
            }

            if (pool.Running is { } running && running.DueAt <= _state.Now)
            {
                End(pool, running);
            }
        }
    }

    /// <summary>Settles when a time has come, whether or not somebody asks then.</summary>
    public void SettleAt(DateTimeOffset due) => _state.Context.Scheduler.After(due - _state.Now, () =>
    {
        lock (_state.Gate)
        {
            Settle();
        }
    });

    private void End(AgentPool pool, PoolOperation operation)
    {
        var failed = operation.Error is not null;
        pool.Running = null;
        pool.State = failed ? "Failed" : operation.Kind == "Canceling" ? "Canceled" : "Succeeded";
        _state.Save(operation with { Status = failed ? "Failed" : "Succeeded" });
        if (failed)
        {
            pool.Properties["status"] = Json.Of($$"""{"provisioningError":{{operation.Error}} }""");
        }
        else if (operation.Kind != "Canceling")
        {
            Converge(pool, operation);
        }

        if (!failed && operation.Kind == "Deleting")
        {
            _state.Remove(pool);
        }
        else
        {
            _state.Save(pool);
        }

        _autoscaler.Wake();
    }

    // Makes the nodes what the pool says.
    private void Converge(AgentPool pool, PoolOperation operation)
    {
        var reimages = operation.Kind == "UpgradingNodeImageVersion";
        if (reimages)
        {
            pool.Properties["nodeImageVersion"] = pool.NewestImage(operation.DueAt);
        }

        foreach (var surplus in pool.Nodes.Skip(operation.Kind == "Deleting" ? 0 : pool.Count).ToArray())
        {
            _kubernetes.RemoveNode(surplus.Name);
            pool.Nodes.Remove(surplus);
        }

        foreach (var node in pool.Nodes.Where(n => n.Joined))
        {
            // A reimaged machine comes back under its name, without its pods.
            if (reimages)
            {
                _kubernetes.RemoveNode(node.Name);
            }

            _kubernetes.AddNode(_nodes.Spec(pool, node));
        }
    }

    // After a restart: nodes stand where they stood, and what was under way goes on with the time that is left.
    private void Resume()
    {
        if (_state.Pools.Count == 0)
        {
            AddSystemPool();
        }

        Settle();
        var coming = _state.Pools.SelectMany(p => p.Nodes.Where(n => !n.Joined)).Select(n => n.BootedAt);
        foreach (var due in _state.Pools.Select(p => p.Running).OfType<PoolOperation>().Select(o => o.DueAt).Concat(coming).Distinct())
        {
            SettleAt(due);
        }
    }

    private void AddSystemPool()
    {
        var sent = Json.Of($$"""{"mode":"System","count":2,"nodeTaints":["CriticalAddonsOnly=true:NoSchedule"]}""");
        var properties = AgentPoolRules.Complete(sent, null, _state.Context.Cluster);
        var pool = new AgentPool { Name = "systempool", Properties = properties, State = "Succeeded" };
        properties["nodeImageVersion"] = pool.NewestImage(_state.Now);
        while (pool.Nodes.Count < pool.Count)
        {
            _nodes.Add(pool, _state.Now);
        }

        Touch(pool);
    }
}
