namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Writes events as the cluster's components do: repeated ones count up, old ones go.</summary>
internal sealed class EventRecorder(ClusterContext context, ObjectStore store)
{
    private const int Most = 20_000;
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

        var hash = Names.Hex($"{about.Uid}/{reason}/{message}/{component}");
        var key = new ObjectKey(Kinds.Events, ns, $"{about.Key.Name}.{hash}");
        var json = store.Find(key)?.Edit() ?? Json.Of($$"""
            {"metadata":{"name":{{key.Name}},"namespace":{{ns}},"uid":{{Names.Uid($"{key}/{store.Revision}")}},
            "creationTimestamp":{{now.Stamp()}} },"involvedObject":{"apiVersion":{{kind.ApiVersion}},"kind":{{kind.Kind}},
            "namespace":{{about.Key.Namespace}},"name":{{about.Key.Name}},"uid":{{about.Uid}},"resourceVersion":{{$"{about.Revision}"}} },
            "type":{{type}},"reason":{{reason}},"message":{{message}},"source":{"component":{{component}} },
            "reportingComponent":{{component}},"reportingInstance":"","firstTimestamp":{{now.Stamp()}},"count":0}
            """);
        json["lastTimestamp"] = now.Stamp();
        json["count"] = json.Number("count") + 1;
        _recorded.Enqueue(store.Put(key, json));
        // What was repeated since then has a record of its own.
        if (_recorded.Count > Most && _recorded.Dequeue() is var old && store.Find(old.Key) == old)
        {
            store.Remove(old);
        }
    }
}
