namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A level-triggered controller: it looks at one object, and moves the world one step towards what it says.</summary>
internal interface IController
{
    /// <summary>Sums up what others do, so it waits until they are done rather than count along with each step.</summary>
    bool SumsUp => false;

    void Reconcile(ObjectKey key);
}

/// <summary>
/// One cluster's state and the loop over its controllers. Everything happens under <see cref="Gate"/>; after each write the
/// controllers run until nothing is left to do, so that with an instant timing the answer to a write already finds its consequences
/// in place.
/// </summary>
internal sealed class Cluster
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Queue<(IController Controller, ObjectKey Key)> _queue = new();
    private readonly Queue<(IController Controller, ObjectKey Key)> _summing = new();
    private readonly HashSet<(IController, ObjectKey)> _queued = [];
    private readonly Dictionary<(IController, ObjectKey), DateTimeOffset> _later = [];

    public Cluster(ClusterContext context)
    {
        Context = context;
        Store = new(context.Store, $"kube/{context.Cluster.Name}/");
        Registry = new(context, Store);
        Events = new(context, Store);
    }

    public Lock Gate { get; } = new();

    public ClusterContext Context { get; }

    public ObjectStore Store { get; }

    public Registry Registry { get; }

    public EventRecorder Events { get; }

    public DateTimeOffset Now => Context.Now;

    public TimingProfile Timing => Context.Options.Timing;

    /// <summary>Does something under the lock and lets the controllers settle.</summary>
    public T Do<T>(Func<T> action)
    {
        lock (Gate)
        {
            try
            {
                return action();
            }
            finally
            {
                Settle();
            }
        }
    }

    public void Do(Action action) => Do(() =>
    {
        action();
        return 0;
    });

    public void Enqueue(IController controller, ObjectKey key)
    {
        if (_queued.Add((controller, key)))
        {
            (controller.SumsUp ? _summing : _queue).Enqueue((controller, key));
        }
    }

    /// <summary>Comes back to an object after a delay; an earlier appointment stands.</summary>
    public void EnqueueAfter(IController controller, ObjectKey key, TimeSpan delay)
    {
        var (item, due) = ((controller, key), Now + delay);
        if (delay <= TimeSpan.Zero)
        {
            Enqueue(controller, key);
        }
        else if (!_later.TryGetValue(item, out var earlier) || earlier > due)
        {
            _later[item] = due;
            Context.Scheduler.After(delay, () => Do(() =>
            {
                if (_later.TryGetValue(item, out var next) && next == due)
                {
                    _later.Remove(item);
                }

                Enqueue(controller, key);
            }));
        }
    }

    private void Settle()
    {
        while (_queue.TryDequeue(out var next) || _summing.TryDequeue(out next))
        {
            _queued.Remove(next);
            try
            {
                next.Controller.Reconcile(next.Key);
            }
            catch (StatusException)
            {
                // Refused, as by quota or a namespace that ends: a matter between the controller and the API.
                EnqueueAfter(next.Controller, next.Key, RetryAfter);
            }
        }
    }
}
