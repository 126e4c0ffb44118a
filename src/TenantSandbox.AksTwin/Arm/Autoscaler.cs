using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// The cluster autoscaler: pods that fit nowhere grow a pool that they would fit, up to its maximum; nodes that stand idle long
/// enough go, down to its minimum. It shares its cluster's lock.
/// </summary>
internal sealed class Autoscaler
{
    // The autoscaler's max-node-provision-time.
    private static readonly TimeSpan GivenUpAfter = TimeSpan.FromMinutes(15);

    private readonly ClusterState _state;
    private readonly KubernetesTwin _kubernetes;
    private readonly PoolNodes _nodes;
    private readonly PoolRunner _runner;
    private int _awake;

    public Autoscaler(ClusterState state, KubernetesTwin kubernetes, PoolNodes nodes, PoolRunner runner)
    {
        (_state, _kubernetes, _nodes, _runner) = (state, kubernetes, nodes, runner);
        kubernetes.DemandChanged += Wake;
    }

    private DateTimeOffset Now => _state.Context.Now;

    private TimingProfile Timing => _state.Context.Options.Timing;

    /// <summary>Has the pools looked at soon; many wakings before that count as one.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _awake, 1) == 0)
            _state.Context.Scheduler.After(Timing.ScaleUpScan, Scan);
    }

    private void Scan()
    {
        Volatile.Write(ref _awake, 0);
        lock (_state.Gate)
        {
            _runner.Settle();
            foreach (var pool in _state.Pools.Where(p => p is { Running: null, State: "Succeeded" } && p.Properties.Flag("enableAutoScaling") is true))
            {
                // The scanner grows one pool at a time: what it adds may be room enough for the other pools' pods too.
                if (Grow(pool))
                    return;
                Shrink(pool);
            }
        }
    }

    private bool Grow(AgentPool pool)
    {
        var room = pool.Number("maxCount") - pool.Nodes.Count;
        if (room <= 0)
            return false;
        // Nodes on their way are the answer to pods that wait; only those given up on are not.
        var coming = pool.Nodes.Count(n => !_kubernetes.IsReady(n.Name) && Now < n.BootedAt + GivenUpAfter);
        var shape = _nodes.Spec(pool, new($"{pool.Name}-shape", Zone: null, Now, NeverReady: false));
        var needed = _kubernetes.NodesNeeded(shape, room + coming);
        if (needed > 0 && coming > 0)
            _state.Context.Scheduler.After(Timing.NodeReady + TimeSpan.FromSeconds(1), Wake);
        if (needed <= coming)
            return false;
        for (var i = coming; i < needed; i++)
            _nodes.Add(pool, Now + Timing.NodeBoot);
        Resized(pool);
        _runner.SettleAt(Now + Timing.NodeBoot);
        return true;
    }

    private void Shrink(AgentPool pool)
    {
        foreach (var node in Enumerable.Reverse(pool.Nodes).ToArray())
        {
            if (!_kubernetes.IsIdle(node.Name))
            {
                node.IdleSince = null;
            }
            else if (node.IdleSince is null)
            {
                node.IdleSince = Now;
                _state.Context.Scheduler.After(Timing.ScaleDownUnneeded, Wake);
            }
            else if (Now - node.IdleSince >= Timing.ScaleDownUnneeded && pool.Nodes.Count > pool.Number("minCount"))
            {
                _kubernetes.RemoveNode(node.Name);
                pool.Nodes.Remove(node);
                Resized(pool);
            }
        }
    }

    private void Resized(AgentPool pool)
    {
        pool.Properties["count"] = pool.Nodes.Count;
        _state.Save(pool);
    }
}
