using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// The cluster autoscaler: pods that fit nowhere grow a pool that they would fit, up to its maximum; nodes that stand idle long
/// enough go, down to its minimum. It shares its cluster's lock.
/// </summary>
internal sealed class Autoscaler
{
    private readonly ClusterContext _context;
    private readonly INodeHost _host;
    private readonly PoolNodes _naming;
    private readonly Lock _gate;
    private readonly IEnumerable<AgentPool> _pools;
    private readonly Action _settle;
    private readonly Action<AgentPool> _save;
    private int _awake;

    public Autoscaler(
        ClusterContext context, INodeHost host, PoolNodes naming, Lock gate, IEnumerable<AgentPool> pools, Action settle, Action<AgentPool> save)
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
        var booting = pool.Nodes.Count(n => !n.Joined);
        if (room <= 0)
            return false;
        var shape = _naming.Spec(pool, new($"{pool.Name}-shape", Zone: null, _context.Now, NeverReady: false, Joined: false));
        var needed = Math.Min(room, _host.NodesNeeded(shape, room + booting) - booting);
        if (needed <= 0)
            return false;
        for (var i = 0; i < needed; i++)
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
