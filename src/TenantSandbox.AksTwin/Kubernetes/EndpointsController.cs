namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Lists the pods behind a Service, as clients read them.</summary>
internal sealed class EndpointsController(Cluster cluster) : IController
{
    public bool SumsUp => true;

    public void Reconcile(ObjectKey key)
    {
        var (service, endpoints) = (cluster.Store.Find(key), cluster.Store.Find(Kinds.Endpoints, key.Namespace, key.Name));
        if (service is null && endpoints is not null)
        {
            cluster.Registry.Delete(endpoints, new());
        }

        if (service is null or { IsTerminating: true } || service.Json.Object("spec", "selector") is not { Count: > 0 } selector
            || cluster.Store.Find(Kinds.Namespaces, "", key.Namespace) is not { IsTerminating: false })
        {
            return;
        }

        endpoints ??= cluster.Registry.Create(Kinds.Endpoints, key.Namespace, Json.Of($$"""{"metadata":{"name":{{key.Name}} } }"""));
        cluster.Registry.Edit(endpoints, json =>
        {
            json.Ensure("metadata").Put("labels", service.Json.At("metadata", "labels"));
            json.Put("subsets", Subsets(service, LabelSelector.FromMap(selector)));
        });
    }

    private JsonArray? Subsets(StoredObject service, LabelSelector selector)
    {
        var pods = cluster.Store.List(Kinds.Pods, service.Key.Namespace)
            .Where(p => !p.IsTerminating && selector.Matches(p.Json.Object("metadata", "labels")))
            .Where(p => p.Json.At("status", "podIP") is not null).ToLookup(p => p.IsReady);
        return pods.Count == 0 ? null : new JsonArray(Json.Of($$"""
            {"addresses":{{Addresses(pods[true])}},"notReadyAddresses":{{Addresses(pods[false])}},
            "ports":{{service.Json.Items("spec", "ports").Select(p => Port(p, pods.SelectMany(g => g)))}} }
            """));
    }

    private static IEnumerable<JsonObject>? Addresses(IEnumerable<StoredObject> pods) => pods.Any() ? pods.Select(pod => Json.Of($$"""
        {"ip":{{pod.Json.Text("status", "podIP")}},"nodeName":{{pod.NodeName}},
        "targetRef":{"kind":"Pod","namespace":{{pod.Key.Namespace}},"name":{{pod.Key.Name}},"uid":{{pod.Uid}} } }
        """)) : null;

    private static JsonObject Port(JsonObject port, IEnumerable<StoredObject> pods)
    {
        var target = port["targetPort"];
        var named = pods.SelectMany(p => p.Json.Items("spec", "containers")).SelectMany(c => c.Items("ports"))
            .FirstOrDefault(p => p.Text("name") == target.Text()).Number("containerPort");
        return Json.Of($$"""{"name":{{port["name"]}},"port":{{target.Number() ?? named}},"protocol":{{port["protocol"]}} }""");
    }
}
