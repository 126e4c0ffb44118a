using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// Advances agent pools in time: registers VMs that have booted as nodes, completes operations, resumes both after a restart.
/// Public members must be called under the cluster's lock.
/// </summary>
internal sealed class PoolOperationRunner
{
    private readonly ClusterState _state;
    private readonly KubernetesTwin _kubernetes;
    private readonly PoolNodeFactory _nodes;
    private readonly Autoscaler _autoscaler;

    public PoolOperationRunner(ClusterState state, KubernetesTwin kubernetes)
    {
        (_state, _kubernetes, _nodes) = (state, kubernetes, new(state.Context));
        _autoscaler = new(state, kubernetes, _nodes, this);
        kubernetes.DemandChanged += _autoscaler.RequestScan;
        lock (state.Gate)
        {
            Resume();
        }
    }

    /// <summary>Starts the operation of a PUT and adds the missing VMs.</summary>
    public PoolOperation StartPut(AgentPool pool, string kind, InjectedFault? fault)
    {
        var (timing, isNew) = (_state.Timing, kind == "Creating");
        if (fault?.Kind == InjectedFaultKind.FailLate || pool.Nodes.Count >= pool.Count)
        {
            return StartOperation(pool, kind, isNew ? timing.PoolCreate : timing.PoolUpdate, fault);
        }

        var boot = (isNew ? timing.PoolCreate : TimeSpan.Zero) + timing.NodeBoot;
        while (pool.Nodes.Count < pool.Count)
        {
            _nodes.AddNode(pool, _state.Now + boot, fault?.Kind == InjectedFaultKind.NodesNeverReady);
        }

        return StartOperation(pool, kind, boot, fault);
    }

    /// <summary>Starts an operation that ends after <paramref name="duration"/>, as failed if the injected fault says so.</summary>
    public PoolOperation StartOperation(AgentPool pool, string kind, TimeSpan duration, InjectedFault? fault)
    {
        var error = fault?.Kind == InjectedFaultKind.FailLate ? ArmException.FromInjectedFault(fault).ErrorBody : null;
        var operation = new PoolOperation(_state.NewId(), kind, pool.Name, _state.Now, _state.Now + duration, error);
        (pool.RunningOperation, pool.ProvisioningState) = (operation, kind);
        pool.Properties.Remove("status");
        UpdateETag(pool);
        _state.Save(operation);
        ScheduleProcessing(operation.DueAt);
        return operation;
    }

    /// <summary>Gives a pool a new eTag and saves it.</summary>
    public void UpdateETag(AgentPool pool)
    {
        pool.Properties["eTag"] = _state.NewId();
        _state.Save(pool);
    }

    /// <summary>Gives a pool's nodes another image at once.</summary>
    public void SetNodeImage(AgentPool pool, string version)
    {
        pool.Properties["nodeImageVersion"] = version;
        UpdateETag(pool);
        UpdateNodes(pool, isReimage: true);
    }

    /// <summary>Processes everything that is due: first VMs that have booted, then operations that end.</summary>
    public void ProcessDue()
    {
        foreach (var pool in _state.Pools)
        {
            foreach (var node in pool.Nodes.Where(n => !n.IsRegistered && n.BootedAt <= _state.Now && pool.ProvisioningState != "Deleting"))
            {
                node.IsRegistered = true;
                _kubernetes.AddNode(_nodes.CreateSpec(pool, node));
                _autoscaler.RequestScan();
            }

            if (pool.RunningOperation is { } running && running.DueAt <= _state.Now)
            {
                Complete(pool, running);
            }
        }
    }

    /// <summary>Calls <see cref="ProcessDue"/> at the given time.</summary>
    public void ScheduleProcessing(DateTimeOffset due) => _state.Context.Scheduler.RunAfter(due - _state.Now, () =>
    {
        lock (_state.Gate)
        {
            ProcessDue();
        }
    });

    private void Complete(AgentPool pool, PoolOperation operation)
    {
        var failed = operation.Error is not null;
        pool.RunningOperation = null;
        pool.ProvisioningState = failed ? "Failed" : operation.Kind == "Canceling" ? "Canceled" : "Succeeded";
        _state.Save(operation with { Status = failed ? "Failed" : "Succeeded" });
        if (failed)
        {
            pool.Properties["status"] = JsonTemplate.Fill($$"""{"provisioningError":{{operation.Error}} }""");
        }
        else if (operation.Kind != "Canceling")
        {
            ReconcileNodes(pool, operation);
        }

        if (!failed && operation.Kind == "Deleting")
        {
            _state.Remove(pool);
        }
        else
        {
            _state.Save(pool);
        }

        _autoscaler.RequestScan();
    }

    /// <summary>Adjusts the nodes to the pool's properties after an operation.</summary>
    private void ReconcileNodes(AgentPool pool, PoolOperation operation)
    {
        var isReimage = operation.Kind == "UpgradingNodeImageVersion";
        if (isReimage)
        {
            pool.Properties["nodeImageVersion"] = pool.LatestNodeImage(operation.DueAt);
        }

        foreach (var surplus in pool.Nodes.Skip(operation.Kind == "Deleting" ? 0 : pool.Count).ToArray())
        {
            _kubernetes.RemoveNode(surplus.Name);
            pool.Nodes.Remove(surplus);
        }

        UpdateNodes(pool, isReimage);
    }

    private void UpdateNodes(AgentPool pool, bool isReimage)
    {
        foreach (var node in pool.Nodes.Where(n => n.IsRegistered))
        {
            // A reimaged node returns under the same name, without its pods.
            if (isReimage)
            {
                _kubernetes.RemoveNode(node.Name);
            }

            _kubernetes.AddNode(_nodes.CreateSpec(pool, node));
        }
    }

    /// <summary>After a restart: registers the nodes again and schedules what was in progress.</summary>
    private void Resume()
    {
        if (_state.Pools.Count == 0)
        {
            AddSystemPool();
        }

        ProcessDue();
        var bootTimes = _state.Pools.SelectMany(p => p.Nodes.Where(n => !n.IsRegistered)).Select(n => n.BootedAt);
        var endTimes = _state.Pools.Select(p => p.RunningOperation).OfType<PoolOperation>().Select(o => o.DueAt);
        foreach (var due in endTimes.Concat(bootTimes).Distinct())
        {
            ScheduleProcessing(due);
        }
    }

    private void AddSystemPool()
    {
        var cluster = _state.Context.Cluster;
        var defaults = JsonTemplate.Fill(
            $$"""
            {"mode":"System","count":2,"nodeTaints":["CriticalAddonsOnly=true:NoSchedule"],
            "vnetSubnetID":{{cluster.SubnetId}}, "podSubnetID":{{cluster.PodSubnetId}} }
            """);
        var properties = AgentPoolRequestBody.MergeWithExisting(defaults, null, cluster);
        var pool = new AgentPool { Name = "systempool", Properties = properties, ProvisioningState = "Succeeded" };
        properties["nodeImageVersion"] = pool.LatestNodeImage(_state.Now);
        while (pool.Nodes.Count < pool.Count)
        {
            _nodes.AddNode(pool, _state.Now);
        }

        UpdateETag(pool);
    }
}
