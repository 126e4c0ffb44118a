using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// The cluster autoscaler: scales up a pool that unschedulable pods would fit, to at most its maxCount, and removes nodes that have
/// been idle for long enough, down to its minCount. Uses the lock of its cluster.
/// </summary>
internal sealed class Autoscaler(ClusterState state, KubernetesTwin kubernetes, PoolNodeFactory nodes, PoolOperationRunner runner)
{
    // Default of the cluster autoscaler's max-node-provision-time.
    private static readonly TimeSpan MaxNodeProvisionTime = TimeSpan.FromMinutes(15);

    private int _scanRequested;

    /// <summary>Schedules a scan of the pools; requests before it runs are combined.</summary>
    public void RequestScan()
    {
        if (Interlocked.Exchange(ref _scanRequested, 1) == 0)
        {
            state.Context.Scheduler.RunAfter(state.Timing.ScaleUpScan, Scan);
        }
    }

    private void Scan()
    {
        Volatile.Write(ref _scanRequested, 0);
        lock (state.Gate)
        {
            runner.ProcessDue();
            var pools = state.Pools.Where(p => p is { IsAutoscaled: true, RunningOperation: null, ProvisioningState: "Succeeded" });
            foreach (var pool in pools)
            {
                var isScaledUp = ScaleUp(pool);
                if (!isScaledUp)
                {
                    ScaleDown(pool);
                }

                if (pool.Nodes.Count != pool.Count)
                {
                    pool.Properties["count"] = pool.Nodes.Count;
                    state.Save(pool);
                }

                // Scale up one pool per scan: its new nodes may also fit the pods that the other pools would be scaled up for.
                if (isScaledUp)
                {
                    return;
                }
            }
        }
    }

    private bool ScaleUp(AgentPool pool)
    {
        var headroom = pool.GetInteger("maxCount") - pool.Nodes.Count;
        if (headroom <= 0)
        {
            return false;
        }

        // Nodes that are being provisioned count as capacity, except those past the provision time.
        var provisioning = pool.Nodes.Count(n => !kubernetes.IsReady(n.Name) && state.Now < n.BootedAt + MaxNodeProvisionTime);
        var template = nodes.CreateSpec(pool, new($"{pool.Name}-template", Zone: null, state.Now, NeverReady: false));
        var needed = kubernetes.CountNodesNeeded(template, headroom + provisioning);
        if (needed > 0 && provisioning > 0)
        {
            state.Context.Scheduler.RunAfter(state.Timing.NodeReady + TimeSpan.FromSeconds(1), RequestScan);
        }

        if (needed <= provisioning)
        {
            return false;
        }

        for (var i = provisioning; i < needed; i++)
        {
            nodes.AddNode(pool, state.Now + state.Timing.NodeBoot);
        }

        runner.ScheduleProcessing(state.Now + state.Timing.NodeBoot);
        return true;
    }

    private void ScaleDown(AgentPool pool)
    {
        foreach (var node in Enumerable.Reverse(pool.Nodes).ToArray())
        {
            node.IdleSince = kubernetes.IsIdle(node.Name) ? node.IdleSince ?? state.Now : null;
            if (node.IdleSince == state.Now)
            {
                state.Context.Scheduler.RunAfter(state.Timing.ScaleDownUnneeded, RequestScan);
            }

            if (state.Now - node.IdleSince >= state.Timing.ScaleDownUnneeded && pool.Nodes.Count > pool.GetInteger("minCount"))
            {
                kubernetes.RemoveNode(node.Name);
                pool.Nodes.Remove(node);
            }
        }
    }
}
