using System.Text.Json.Nodes;
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
        lock (state.Gate)
            Resume();
    }

    private ClusterContext Context => _state.Context;

    /// <summary>Starts an operation, which ends after <paramref name="duration"/>; a late failure is decided here.</summary>
    public PoolOperation Start(AgentPool pool, string kind, TimeSpan duration, Fault? fault)
    {
        var error = fault?.Kind == FaultKind.FailLate ? ArmException.Error(fault.Code, ArmException.MessageOf(fault)) : null;
        var operation = new PoolOperation(_state.NewId(), kind, pool.Name, Context.Now, Context.Now + duration, error);
        (pool.Running, pool.State) = (operation, kind);
        pool.Properties.Remove("status");
        _state.Touch(pool);
        _state.Remember(operation);
        SettleAt(operation.DueAt);
        return operation;
    }

    /// <summary>Starts what a PUT asked for, and orders the machines that the pool lacks then.</summary>
    public PoolOperation StartPut(AgentPool pool, string kind, Fault? fault)
    {
        var timing = Context.Options.Timing;
        var ready = (kind == "Creating" ? timing.PoolCreate : TimeSpan.Zero) + timing.NodeBoot;
        if (fault?.Kind == FaultKind.FailLate || pool.Nodes.Count >= pool.WantedNodes)
            return Start(pool, kind, kind == "Creating" ? timing.PoolCreate : timing.PoolUpdate, fault);
        while (pool.Nodes.Count < pool.WantedNodes)
            _nodes.Add(pool, Context.Now + ready, fault?.Kind == FaultKind.NodesNeverReady);
        return Start(pool, kind, ready, fault);
    }

    /// <summary>Does everything whose time has come, in the order it came: machines that booted, then operations that end.</summary>
    public void Settle()
    {
        var now = Context.Now;
        foreach (var pool in _state.Pools)
        {
            foreach (var node in pool.Nodes.Where(n => !n.Joined && n.BootedAt <= now && pool.State != "Deleting"))
            {
                node.Joined = true;
                _kubernetes.AddNode(_nodes.Spec(pool, node));
                _autoscaler.Wake();
            }

            if (pool.Running is { } running && running.DueAt <= now)
                End(pool, running);
        }
    }

    /// <summary>Settles again when a time has come, whether or not somebody asks then.</summary>
    public void SettleAt(DateTimeOffset due) => Context.Scheduler.After(due - Context.Now, () =>
    {
        lock (_state.Gate)
            Settle();
    });

    private void End(AgentPool pool, PoolOperation operation)
    {
        pool.Running = null;
        _state.Remember(operation with { Status = operation.Error is null ? "Succeeded" : "Failed" });
        if (operation.Error is not null)
        {
            pool.State = "Failed";
            pool.Properties["status"] = new JsonObject { ["provisioningError"] = operation.Error.DeepClone() };
        }
        else if (operation.Kind == "Deleting")
        {
            pool.Nodes.ForEach(n => _kubernetes.RemoveNode(n.Name));
            _state.Remove(pool);
            return;
        }
        else
        {
            pool.State = operation.Kind == "Canceling" ? "Canceled" : "Succeeded";
            if (operation.Kind == "UpgradingNodeImageVersion")
                Reimage(pool, operation.DueAt);
            else if (operation.Kind != "Canceling")
                Converge(pool);
        }

        _state.Save(pool);
        _autoscaler.Wake();
    }

    // A reimaged machine comes back under its name, without its pods.
    private void Reimage(AgentPool pool, DateTimeOffset now)
    {
        pool.Properties["nodeImageVersion"] = pool.NewestImage(now);
        foreach (var node in pool.Nodes)
        {
            _kubernetes.RemoveNode(node.Name);
            _kubernetes.AddNode(_nodes.Spec(pool, node));
        }
    }

    private void Converge(AgentPool pool)
    {
        foreach (var surplus in pool.Nodes.Skip(pool.WantedNodes).ToArray())
        {
            _kubernetes.RemoveNode(surplus.Name);
            pool.Nodes.Remove(surplus);
        }

        foreach (var node in pool.Nodes.Where(n => n.Joined))
            _kubernetes.UpdateNode(_nodes.Spec(pool, node));
    }

    // After a restart: nodes stand where they stood, and what was under way goes on with the time that is left.
    private void Resume()
    {
        if (_state.Pools.Count == 0)
            AddSystemPool();
        Settle();
        foreach (var pool in _state.Pools)
        {
            foreach (var due in pool.Nodes.Where(n => !n.Joined).Select(n => n.BootedAt).Concat(pool.Running is { } r ? [r.DueAt] : []).Distinct())
                SettleAt(due);
        }
    }

    private void AddSystemPool()
    {
        var sent = Json.Of($$"""{"mode":"System","count":2,"nodeTaints":["CriticalAddonsOnly=true:NoSchedule"]}""");
        var pool = new AgentPool { Name = "systempool", Properties = AgentPoolRules.Complete(sent, null, Context.Cluster), State = "Succeeded" };
        pool.Properties["nodeImageVersion"] = pool.NewestImage(Context.Now);
        while (pool.Nodes.Count < pool.WantedNodes)
            _nodes.Add(pool, Context.Now);
        _state.Touch(pool);
    }
}
