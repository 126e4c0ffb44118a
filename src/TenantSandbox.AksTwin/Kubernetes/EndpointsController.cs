namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Maintains the Endpoints of a Service from the pods that its selector matches.</summary>
internal sealed class EndpointsController(Cluster cluster) : IController
{
    public bool IsAggregating => true;

    public void Reconcile(ObjectKey key)
    {
        var (service, endpoints) = (cluster.Store.Find(key), cluster.Store.Find(Kinds.Endpoints, key.Namespace, key.Name));
        if (service is null && endpoints is not null)
        {
            cluster.Registry.Delete(endpoints, new());
        }

        if (service is null or { IsTerminating: true } || service.Json.GetObject("spec", "selector") is not { Count: > 0 } selector
            || cluster.Store.Find(Kinds.Namespaces, "", key.Namespace) is not { IsTerminating: false })
        {
            return;
        }

        endpoints ??= cluster.Registry.Create(
            Kinds.Endpoints, key.Namespace, JsonTemplate.Fill($$"""{"metadata":{"name":{{key.Name}} } }"""));
        cluster.Registry.Modify(endpoints, json =>
        {
            json.EnsureObject("metadata").SetOrRemove("labels", service.Json.GetNode("metadata", "labels"));
            json.SetOrRemove("subsets", Subsets(service, LabelSelector.FromMap(selector)));
        });
    }

    private JsonArray? Subsets(StoredObject service, LabelSelector selector)
    {
        var pods = cluster.Store.List(Kinds.Pods, service.Key.Namespace)
            .Where(p => !p.IsTerminating && selector.Matches(p.Json.GetObject("metadata", "labels")))
            .Where(p => p.Json.GetNode("status", "podIP") is not null).ToLookup(p => p.IsReady);
        return pods.Count == 0 ? null : new JsonArray(JsonTemplate.Fill($$"""
            {"addresses":{{Addresses(pods[true])}},"notReadyAddresses":{{Addresses(pods[false])}},
            "ports":{{service.Json.GetObjects("spec", "ports").Select(p => Port(p, pods.SelectMany(g => g)))}} }
            """));
    }

    private static IEnumerable<JsonObject>? Addresses(IEnumerable<StoredObject> pods) => !pods.Any()
        ? null
        : pods.Select(pod => JsonTemplate.Fill($$"""
            {"ip":{{pod.Json.GetString("status", "podIP")}},"nodeName":{{pod.NodeName}},
            "targetRef":{"kind":"Pod","namespace":{{pod.Key.Namespace}},"name":{{pod.Key.Name}},"uid":{{pod.Uid}} } }
            """));

    private static JsonObject Port(JsonObject port, IEnumerable<StoredObject> pods)
    {
        var target = port["targetPort"];
        var namedPort = pods.SelectMany(p => p.Json.GetObjects("spec", "containers")).SelectMany(c => c.GetObjects("ports"))
            .FirstOrDefault(p => p.GetString("name") == target.GetString()).GetInteger("containerPort");
        return JsonTemplate.Fill($$"""
            {"name":{{port["name"]}},"port":{{target.GetInteger() ?? namedPort}},"protocol":{{port["protocol"]}} }
            """);
    }
}
