namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A level-triggered controller: reads one object and moves the observed state one step towards the desired state.</summary>
internal interface IController
{
    /// <summary>Whether it aggregates the results of other controllers; it then runs when their queue is empty.</summary>
    bool IsAggregating => false;

    void Reconcile(ObjectKey key);
}

/// <summary>
/// The state of one cluster and the loop that runs its controllers. All access is under <see cref="Gate"/>. After each action the
/// controllers run until their queues are empty, so with instant timing the effects of a write are complete before its response.
/// </summary>
internal sealed class Cluster
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Queue<(IController Controller, ObjectKey Key)> _queue = new();
    private readonly Queue<(IController Controller, ObjectKey Key)> _aggregatingQueue = new();
    private readonly HashSet<(IController, ObjectKey)> _queued = [];
    private readonly Dictionary<(IController, ObjectKey), DateTimeOffset> _scheduled = [];

    public Cluster(ClusterContext context)
    {
        Context = context;
        Store = new(context.Store, $"kube/{context.Cluster.Name}/");
        Registry = new(context, Store);
        Events = new(context, Store);
        ProbeLogs = new(this);
    }

    public Lock Gate { get; } = new();

    public ClusterContext Context { get; }

    public ObjectStore Store { get; }

    public Registry Registry { get; }

    public EventRecorder Events { get; }

    public ProbeLogs ProbeLogs { get; }

    public DateTimeOffset Now => Context.Now;

    public TimingProfile Timing => Context.Options.Timing;

    /// <summary>Runs an action under the lock, then the controllers.</summary>
    public T Execute<T>(Func<T> action)
    {
        lock (Gate)
        {
            try
            {
                return action();
            }
            finally
            {
                RunControllers();
            }
        }
    }

    public void Execute(Action action) => Execute(() =>
    {
        action();
        return 0;
    });

    public void Enqueue(IController controller, ObjectKey key)
    {
        if (_queued.Add((controller, key)))
        {
            (controller.IsAggregating ? _aggregatingQueue : _queue).Enqueue((controller, key));
        }
    }

    /// <summary>Enqueues an object after a delay, unless it is already scheduled earlier.</summary>
    public void EnqueueAfter(IController controller, ObjectKey key, TimeSpan delay)
    {
        var (item, due) = ((controller, key), Now + delay);
        if (delay <= TimeSpan.Zero)
        {
            Enqueue(controller, key);
        }
        else if (!_scheduled.TryGetValue(item, out var earlier) || earlier > due)
        {
            _scheduled[item] = due;
            Context.Scheduler.RunAfter(delay, () => Execute(() =>
            {
                if (_scheduled.TryGetValue(item, out var next) && next == due)
                {
                    _scheduled.Remove(item);
                }

                Enqueue(controller, key);
            }));
        }
    }

    private void RunControllers()
    {
        while (_queue.TryDequeue(out var next) || _aggregatingQueue.TryDequeue(out next))
        {
            _queued.Remove(next);
            try
            {
                Registry.RunAs(ControllerUsers.Of(next.Controller, next.Key, Store), next, static n => n.Controller.Reconcile(n.Key));
            }
            catch (StatusException)
            {
                // Rejected by the API, for example by quota, by a policy or in a terminating namespace: retry.
                EnqueueAfter(next.Controller, next.Key, RetryAfter);
            }
        }
    }
}
