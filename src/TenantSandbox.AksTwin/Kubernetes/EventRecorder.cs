namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Records events of cluster components. A repeated event increments its count; the oldest beyond 20,000 are removed.</summary>
internal sealed class EventRecorder(ClusterContext context, ObjectStore store)
{
    private const int MaxEvents = 20_000;
    private readonly Queue<StoredObject> _recorded = new();

    public void Normal(StoredObject about, string reason, string message, string component) =>
        Record(about, "Normal", reason, message, component);

    public void Warning(StoredObject about, string reason, string message, string component) =>
        Record(about, "Warning", reason, message, component);

    private void Record(StoredObject about, string type, string reason, string message, string component)
    {
        var (now, kind) = (context.Now, about.Key.Kind);
        var ns = about.Key.Namespace.Length == 0 ? "default" : about.Key.Namespace;
        if (store.Find(Kinds.Namespaces, "", ns) is null or { IsTerminating: true })
        {
            return;
        }

        var hash = DeterministicNames.Hex($"{about.Uid}/{reason}/{message}/{component}");
        var key = new ObjectKey(Kinds.Events, ns, $"{about.Key.Name}.{hash}");
        var json = store.Find(key)?.CopyJson() ?? JsonTemplate.Fill($$"""
            {"metadata":{"name":{{key.Name}},"namespace":{{ns}},"uid":{{DeterministicNames.Uid($"{key}/{store.Revision}")}},
            "creationTimestamp":{{now.ToTimestamp()}} },"involvedObject":{"apiVersion":{{kind.ApiVersion}},"kind":{{kind.Kind}},
            "namespace":{{about.Key.Namespace}},"name":{{about.Key.Name}},"uid":{{about.Uid}},"resourceVersion":{{$"{about.Revision}"}} },
            "type":{{type}},"reason":{{reason}},"message":{{message}},"source":{"component":{{component}} },
            "reportingComponent":{{component}},"reportingInstance":"","firstTimestamp":{{now.ToTimestamp()}},"count":0}
            """);
        json["lastTimestamp"] = now.ToTimestamp();
        json["count"] = json.GetInteger("count") + 1;
        _recorded.Enqueue(store.Put(key, json));
        // An event that was repeated since has a newer entry in the queue.
        if (_recorded.Count > MaxEvents && _recorded.Dequeue() is var old && store.Find(old.Key) == old)
        {
            store.Remove(old);
        }
    }
}
