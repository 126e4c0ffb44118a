using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Lists the pods behind a Service, as clients read them.</summary>
internal sealed class EndpointsController(Cluster cluster) : IController
{
    public bool SumsUp => true;

    public void Reconcile(ObjectKey key)
    {
        var service = cluster.Store.Find(key);
        if (service is null)
        {
            if (cluster.Store.Find(Kinds.Endpoints, key.Namespace, key.Name) is { } old)
                cluster.Registry.Delete(old, new());
            return;
        }

        if (service.IsTerminating || service.Json.Object("spec", "selector") is not { Count: > 0 } selects
            || cluster.Store.Find(Kinds.Namespaces, "", key.Namespace) is null or { IsTerminating: true })
            return;
        var selector = LabelSelector.FromMap(selects);
        var pods = cluster.Store.List(Kinds.Pods, key.Namespace)
            .Where(p => p.Json.Text("status", "podIP") is not null && !p.IsTerminating && selector.Matches(p.Json.Object("metadata", "labels"))).ToList();
        var ready = pods.Where(p => Condition.Status(p.Json, "Ready") == "True").ToList();
        var ports = service.Json.Items("spec", "ports").Select(p => Port(p, pods)).ToList();

        Put(new(Kinds.Endpoints, key.Namespace, key.Name), json =>
        {
            var subset = new JsonObject();
            if (ready.Count > 0)
                subset["addresses"] = ready.Select(Address).ToJson();
            if (ready.Count < pods.Count)
                subset["notReadyAddresses"] = pods.Except(ready).Select(Address).ToJson();
            subset["ports"] = ports.Select(p => p.DeepClone()).ToJson();
            json["subsets"] = pods.Count == 0 ? null : new JsonArray(subset);
        });
    }

    private void Put(ObjectKey key, Action<JsonObject> content)
    {
        if (cluster.Store.Find(key) is { } live)
        {
            cluster.Registry.Edit(live, content);
            return;
        }

        var metadata = new JsonObject { ["name"] = key.Name };
        var json = new JsonObject { ["metadata"] = metadata };
        content(json);
        cluster.Registry.Create(key.Kind, key.Namespace, json);
    }

    private static JsonObject Port(JsonObject port, List<StoredObject> pods)
    {
        var target = port["targetPort"] ?? port["port"];
        var number = target.Number() ?? pods.SelectMany(p => p.Json.Items("spec", "containers")).SelectMany(c => c.Items("ports"))
            .FirstOrDefault(p => p.Text("name") == target.Text()).Number("containerPort");
        var result = new JsonObject { ["port"] = number, ["protocol"] = port.Text("protocol") };
        if (port.Text("name") is { } name)
            result["name"] = name;
        return result;
    }

    private static JsonNode Address(StoredObject pod) => new JsonObject
    {
        ["ip"] = pod.Json.Text("status", "podIP"),
        ["nodeName"] = pod.Json.Text("spec", "nodeName"),
        ["targetRef"] = Reference(pod),
    };

    private static JsonObject Reference(StoredObject pod) => new() { ["kind"] = "Pod", ["namespace"] = pod.Key.Namespace, ["name"] = pod.Key.Name, ["uid"] = pod.Uid };
}
