using System.Text.Json.Nodes;
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

    private readonly ClusterContext _context;
    private readonly KubernetesTwin _host;
    private readonly PoolNodes _naming;
    private readonly Lock _gate;
    private readonly IReadOnlyCollection<AgentPool> _pools;
    private readonly Action _settle;
    private readonly Action<AgentPool> _save;
    private int _awake;

    public Autoscaler(
        ClusterContext context, KubernetesTwin host, PoolNodes naming, Lock gate, IReadOnlyCollection<AgentPool> pools, Action settle, Action<AgentPool> save)
    {
        (_context, _host, _naming, _gate, _pools, _settle, _save) = (context, host, naming, gate, pools, settle, save);
        host.DemandChanged += Wake;
        Wake();
    }

    private TimingProfile Timing => _context.Options.Timing;

    /// <summary>Has the pools looked at soon; many wakings before that count as one.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _awake, 1) == 0)
            _context.Scheduler.After(Timing.ScaleUpScan, Scan);
    }

    private void Scan()
    {
        Volatile.Write(ref _awake, 0);
        lock (_gate)
        {
            _settle();
            foreach (var pool in _pools.Where(p => p is { IsAutoscaled: true, Running: null, State: "Succeeded" }).ToArray())
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
        var room = pool.MaxCount - pool.Nodes.Count;
        if (room <= 0)
            return false;
        // Nodes on their way are the answer to pods that wait; only those given up on are not.
        var coming = pool.Nodes.Count(n => !n.Joined || (!_host.IsReady(n.Name) && _context.Now < n.BootedAt + GivenUpAfter));
        var shape = _naming.Spec(pool, new($"{pool.Name}-shape", Zone: null, _context.Now, NeverReady: false, Joined: false));
        var needed = _host.NodesNeeded(shape, room + coming);
        if (needed > 0 && coming > 0)
            _context.Scheduler.After(Timing.NodeReady + TimeSpan.FromSeconds(1), Wake);
        if (needed <= coming)
            return false;
        for (var i = coming; i < needed; i++)
            pool.Nodes.Add(_naming.Next(pool, _context.Now + Timing.NodeBoot, neverReady: false));
        Resized(pool);
        _context.Scheduler.After(Timing.NodeBoot, () =>
        {
            lock (_gate)
                _settle();
            Wake();
        });
        return true;
    }

    private void Shrink(AgentPool pool)
    {
        var now = _context.Now;
        for (var i = pool.Nodes.Count - 1; i >= 0 && pool.Nodes.Count > pool.MinCount; i--)
        {
            var node = pool.Nodes[i];
            if (!node.Joined || !_host.IsIdle(node.Name))
            {
                pool.Nodes[i] = node with { IdleSince = null };
            }
            else if (node.IdleSince is null)
            {
                pool.Nodes[i] = node with { IdleSince = now };
                _context.Scheduler.After(Timing.ScaleDownUnneeded, Wake);
            }
            else if (now - node.IdleSince >= Timing.ScaleDownUnneeded)
            {
                _host.RemoveNode(node.Name);
                pool.Nodes.RemoveAt(i);
                Resized(pool);
            }
        }
    }

    private void Resized(AgentPool pool)
    {
        pool.Properties["count"] = JsonValue.Create(pool.Nodes.Count);
        _save(pool);
    }
}
