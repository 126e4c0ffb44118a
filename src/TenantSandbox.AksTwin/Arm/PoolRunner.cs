using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// What happens to pools in time: machines boot and become nodes, operations end, and after a restart all of it goes on. Its
/// public members are called under the cluster's lock.
/// </summary>
internal sealed class PoolRunner
{
    private readonly ClusterContext _context;
    private readonly KubernetesTwin _nodes;
    private readonly ClusterState _state;
    private readonly Lock _gate;
    private readonly PoolNodes _naming;
    private readonly Autoscaler _autoscaler;

    public PoolRunner(ClusterContext context, KubernetesTwin nodes, ClusterState state, Lock gate)
    {
        (_context, _nodes, _state, _gate, _naming) = (context, nodes, state, gate, new(context));
        lock (gate)
        {
            _autoscaler = new(context, nodes, _naming, gate, state.Pools, Settle, state.Save);
            Resume();
        }
    }

    /// <summary>Orders the machines that a pool lacks; when they will have booted, or null when it lacks none.</summary>
    public DateTimeOffset? OrderNodes(AgentPool pool, bool neverReady)
    {
        var timing = _context.Options.Timing;
        var booted = _context.Now + (pool.State == "Creating" ? timing.PoolCreate : TimeSpan.Zero) + timing.NodeBoot;
        var lacks = pool.Nodes.Count < WantedNodes(pool);
        while (pool.Nodes.Count < WantedNodes(pool))
            pool.Nodes.Add(_naming.Next(pool, booted, neverReady));
        return lacks ? booted : null;
    }

    /// <summary>Starts an operation, which ends after <paramref name="duration"/>; a late failure is decided here.</summary>
    public PoolOperation Start(AgentPool pool, string kind, TimeSpan duration, Fault? fault)
    {
        var operation = new PoolOperation(_state.NewId(), kind, pool.Name, _context.Now, _context.Now + duration)
        {
            Error = fault?.Kind == FaultKind.FailLate ? ArmException.Error(fault.Code, ArmException.MessageOf(fault)) : null,
        };
        pool.Running = operation;
        pool.Error = null;
        _state.Touch(pool);
        _state.Remember(operation);
        _context.Scheduler.After(duration, SettleLater);
        return operation;
    }

    /// <summary>Does everything whose time has come, in the order it came: machines that booted, then operations that end.</summary>
    public void Settle()
    {
        var now = _context.Now;
        foreach (var pool in _state.Pools.Where(p => p.Running is not null || p.Nodes.Exists(n => !n.Joined)).ToArray())
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
                _state.Save(pool);
        }
    }

    private void End(AgentPool pool, PoolOperation operation)
    {
        pool.Running = null;
        var failed = operation.Error is not null;
        pool.State = failed ? "Failed" : operation.Kind == "Abort" ? "Canceled" : "Succeeded";
        pool.Error = (JsonObject?)operation.Error?.DeepClone();
        _state.Remember(operation with { Status = failed ? "Failed" : "Succeeded", EndedAt = operation.DueAt });
        if (!failed && operation.Kind == "Delete")
        {
            foreach (var node in pool.Nodes)
                _nodes.RemoveNode(node.Name);
            _state.Remove(pool);
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

        _state.Save(pool);
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

    private void SettleLater()
    {
        lock (_gate)
            Settle();
    }


    // After a restart: nodes stand where they stood, and what was under way goes on with the time that is left.
    private void Resume()
    {
        foreach (var pool in _state.Pools)
        {
            foreach (var node in pool.Nodes.Where(n => n.Joined))
                _nodes.AddNode(_naming.Spec(pool, node));
            var pending = pool.Nodes.Where(n => !n.Joined).Select(n => n.BootedAt).Concat(pool.Running is { } r ? [r.DueAt] : []);
            foreach (var due in pending.Distinct())
                _context.Scheduler.After(due - _context.Now, SettleLater);
        }

        if (_state.Pools.Count == 0)
            AddSystemPool();
    }

    private void AddSystemPool()
    {
        var sent = new JsonObject
        {
            ["mode"] = "System",
            ["count"] = _context.Cluster.SystemPoolCount,
            ["vmSize"] = _context.Cluster.SystemPoolVmSize,
            ["nodeTaints"] = new JsonArray("CriticalAddonsOnly=true:NoSchedule"),
        };
        var pool = new AgentPool { Name = "systempool", Properties = AgentPoolRules.Complete(sent, null, _context.Cluster), State = "Succeeded" };
        pool.NodeImageVersion = NodeImages.Newest(pool, _context.Now);
        for (var i = 0; i < _context.Cluster.SystemPoolCount; i++)
        {
            pool.Nodes.Add(_naming.Next(pool, _context.Now, neverReady: false) with { Joined = true });
            _nodes.AddNode(_naming.Spec(pool, pool.Nodes[i]));
        }

        _state.Add(pool);
        _state.Touch(pool);
    }
}
