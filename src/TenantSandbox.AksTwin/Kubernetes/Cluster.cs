using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A level-triggered controller: it looks at one object, and moves the world one step towards what it says.</summary>
internal interface IController
{
    /// <summary>Sums up what others do, so it waits until they are done rather than count along with each step.</summary>
    bool SumsUp => false;

    void Reconcile(ObjectKey key);
}

/// <summary>
/// One cluster's state and the loop over its controllers. Everything happens under <see cref="Gate"/>; after each write the controllers run
/// until nothing is left to do, so that with an instant profile the answer to a write already finds its consequences in place.
/// </summary>
internal sealed class Cluster
{
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

    /// <summary>Raised, outside of the lock, after a run that changed what pods want of nodes.</summary>
    public event Action? DemandChanged;

    public bool DemandMoved { get; set; }

    /// <summary>Does something under the lock and lets the controllers settle.</summary>
    public T Do<T>(Func<T> action)
    {
        bool moved;
        T result;
        lock (Gate)
        {
            try
            {
                result = action();
            }
            finally
            {
                Settle();
                moved = DemandMoved;
                DemandMoved = false;
            }
        }

        if (moved)
            DemandChanged?.Invoke();
        return result;
    }

    public void Do(Action action) => Do(() =>
    {
        action();
        return 0;
    });

    public void Enqueue(IController controller, ObjectKey key)
    {
        if (_queued.Add((controller, key)))
            (controller.SumsUp ? _summing : _queue).Enqueue((controller, key));
    }

    /// <summary>Comes back to an object after a delay; an earlier appointment stands.</summary>
    public void EnqueueAfter(IController controller, ObjectKey key, TimeSpan delay)
    {
        var (item, due) = ((controller, key), Now + delay);
        if (delay <= TimeSpan.Zero)
            Enqueue(controller, key);
        else if (!_later.TryGetValue(item, out var earlier) || earlier > due)
        {
            _later[item] = due;
            Context.Scheduler.After(delay, () => Do(() =>
            {
                if (_later.TryGetValue(item, out var next) && next == due)
                    _later.Remove(item);
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
                // Refused, as by quota or a namespace that ends: a matter between the controller and the API, tried again later.
                EnqueueAfter(next.Controller, next.Key, TimeSpan.FromSeconds(1));
            }
        }
    }
}

/// <summary>Writes events as the cluster's components do: repeated ones count up, old ones go.</summary>
internal sealed class EventRecorder(ClusterContext context, ObjectStore store)
{
    private const int Most = 20_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private readonly Queue<(ObjectKey Key, DateTimeOffset Time)> _recorded = new();

    public void Normal(StoredObject about, string reason, string message, string component) => Record(about, "Normal", reason, message, component);

    public void Warning(StoredObject about, string reason, string message, string component) => Record(about, "Warning", reason, message, component);

    private void Record(StoredObject about, string type, string reason, string message, string component)
    {
        var ns = about.Key.Namespace.Length == 0 ? "default" : about.Key.Namespace;
        if (store.Find(Kinds.Namespaces, "", ns) is null or { IsTerminating: true })
            return;
        var key = new ObjectKey(Kinds.Events, ns, $"{about.Key.Name}.{Names.Hex($"{about.Uid}/{reason}/{message}/{component}")}");
        var now = context.Now;
        var known = store.Find(key)?.Edit();
        var json = known ?? new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = key.Name, ["namespace"] = ns, ["uid"] = Names.Uid($"{key}/{store.Revision}"), ["creationTimestamp"] = now.Stamp() },
            ["involvedObject"] = new JsonObject
            {
                ["kind"] = about.Key.Kind.Kind,
                ["namespace"] = about.Key.Namespace,
                ["name"] = about.Key.Name,
                ["uid"] = about.Uid,
                ["apiVersion"] = about.Key.Kind.ApiVersion,
                ["resourceVersion"] = about.Json.Text("metadata", "resourceVersion"),
            },
            ["reason"] = reason,
            ["message"] = message,
            ["source"] = new JsonObject { ["component"] = component },
            ["firstTimestamp"] = now.Stamp(),
            ["type"] = type,
            ["eventTime"] = null,
            ["reportingComponent"] = component,
            ["reportingInstance"] = "",
        };
        json["lastTimestamp"] = now.Stamp();
        json["count"] = (known.Number("count") ?? 0) + 1;
        store.Put(key, json);
        _recorded.Enqueue((key, now));
        while (_recorded.Count > Most || (_recorded.TryPeek(out var oldest) && now - oldest.Time > Lifetime))
        {
            var (old, time) = _recorded.Dequeue();
            if (store.Find(old) is { } stale && stale.Json.Time("lastTimestamp") is { } last && last.ToUnixTimeSeconds() <= time.ToUnixTimeSeconds())
                store.Remove(stale);
        }
    }
}
