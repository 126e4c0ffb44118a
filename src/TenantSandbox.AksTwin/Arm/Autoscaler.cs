using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// The cluster autoscaler: pods that fit nowhere grow a pool that they would fit, up to its maximum; nodes that stand idle long
/// enough go, down to its minimum. It shares its cluster's lock.
/// </summary>
internal sealed class Autoscaler(ClusterState state, KubernetesTwin kubernetes, PoolNodes nodes, PoolRunner runner)
{
    // The autoscaler's max-node-provision-time.
    private static readonly TimeSpan GivenUpAfter = TimeSpan.FromMinutes(15);

    private int _awake;

    /// <summary>Has the pools looked at soon; many wakings before that count as one.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _awake, 1) == 0)
        {
            state.Context.Scheduler.After(state.Timing.ScaleUpScan, Scan);
        }
    }

    private void Scan()
    {
        Volatile.Write(ref _awake, 0);
        lock (state.Gate)
        {
            runner.Settle();
            foreach (var pool in state.Pools.Where(p => p is { IsAutoscaled: true, Running: null, State: "Succeeded" }))
            {
                var grows = Grow(pool);
                if (!grows)
                {
                    Shrink(pool);
                }

                if (pool.Nodes.Count != pool.Count)
                {
                    pool.Properties["count"] = pool.Nodes.Count;
                    state.Save(pool);
                }

                // The scanner grows one pool at a time: what it adds may be room enough for the other pools' pods too.
                if (grows)
                {
                    return;
                }
            }
        }
    }

    private bool Grow(AgentPool pool)
    {
        var room = pool.Number("maxCount") - pool.Nodes.Count;
        if (room <= 0)
        {
            return false;
        }
        // Nodes on their way are the answer to pods that wait; only those given up on are not.
        var coming = pool.Nodes.Count(n => !kubernetes.IsReady(n.Name) && state.Now < n.BootedAt + GivenUpAfter);
        var shape = nodes.Spec(pool, new($"{pool.Name}-shape", Zone: null, state.Now, NeverReady: false));
        var needed = kubernetes.NodesNeeded(shape, room + coming);
        if (needed > 0 && coming > 0)
        {
            state.Context.Scheduler.After(state.Timing.NodeReady + TimeSpan.FromSeconds(1), Wake);
        }

        if (needed <= coming)
        {
            return false;
        }

        for (var i = coming; i < needed; i++)
        {
            nodes.Add(pool, state.Now + state.Timing.NodeBoot);
        }

        runner.SettleAt(state.Now + state.Timing.NodeBoot);
        return true;
    }

    private void Shrink(AgentPool pool)
    {
        foreach (var node in Enumerable.Reverse(pool.Nodes).ToArray())
        {
            node.IdleSince = kubernetes.IsIdle(node.Name) ? node.IdleSince ?? state.Now : null;
            if (node.IdleSince == state.Now)
            {
                state.Context.Scheduler.After(state.Timing.ScaleDownUnneeded, Wake);
            }

            if (state.Now - node.IdleSince >= state.Timing.ScaleDownUnneeded && pool.Nodes.Count > pool.Number("minCount"))
            {
                kubernetes.RemoveNode(node.Name);
                pool.Nodes.Remove(node);
            }
        }
    }
}
