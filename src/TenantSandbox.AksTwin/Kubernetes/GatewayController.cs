namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Reports the status of Gateways and HTTPRoutes as a gateway controller does. It accepts Gateways of any class; traffic isn't routed.
/// </summary>
internal sealed class GatewayController(Cluster cluster) : IController
{
    public const string Name = "twin.tenantsandbox.dev/gateway-controller";

    public bool IsAggregating => true;

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { IsTerminating: false } item)
        {
            return;
        }

        if (key.Kind == Kinds.HttpRoutes)
        {
            UpdateRoute(item);
        }
        else
        {
            UpdateGateway(item);
        }
    }

    private void UpdateRoute(StoredObject route)
    {
        var before = route.Json.GetObjects("status", "parents").ToList();
        var parents = new List<JsonNode>();
        foreach (var reference in route.Json.GetObjects("spec", "parentRefs"))
        {
            // Nobody reports about a parent that doesn't exist.
            var gateway = cluster.Store.Find(
                Kinds.Gateways, reference.GetString("namespace") ?? route.Key.Namespace, reference.GetString("name") ?? "");
            if (gateway is null)
            {
                continue;
            }

            var status = before.Find(p => JsonNode.DeepEquals(p["parentRef"], reference))?.Copy() ?? JsonTemplate.Fill($$"""
                {"parentRef":{{reference}},"controllerName":{{Name}} }
                """);
            var (reason, message) = RouteAttachment.FindRefusal(cluster.Store, route, gateway, reference)
                ?? ("Accepted", "Route is accepted");
            var missing = FindMissingBackend(route);
            Set(status, route, "Accepted", reason == "Accepted", reason, message);
            Set(status, route, "ResolvedRefs", missing is null, missing is null ? "ResolvedRefs" : "BackendNotFound", missing ?? "");
            parents.Add(status);
        }

        cluster.Registry.Modify(route, json => json["status"] = new JsonObject { ["parents"] = parents.ToJson() });
    }

    private string? FindMissingBackend(StoredObject route) => (
        from rule in route.Json.GetObjects("spec", "rules")
        from backend in rule.GetObjects("backendRefs")
        let ns = backend.GetString("namespace") ?? route.Key.Namespace
        where cluster.Store.Find(Kinds.Services, ns, backend.GetString("name") ?? "") is null
        select $"service {ns}/{backend.GetString("name")} not found").FirstOrDefault();

    private void UpdateGateway(StoredObject gateway)
    {
        var routes = cluster.Store.List(Kinds.HttpRoutes).ToList();
        cluster.Registry.Modify(gateway, json =>
        {
            var status = json.EnsureObject("status");
            Set(status, gateway, "Accepted", true, "Accepted", "Gateway is accepted");
            Set(status, gateway, "Programmed", true, "Programmed", "Gateway is programmed");
            status["addresses"] = new JsonArray(JsonTemplate.Fill($$"""
                {"type":"IPAddress","value":{{DeterministicNames.Address("20.101", $"{gateway.Key}")}} }
                """));
            status["listeners"] = json.GetObjects("spec", "listeners").Select(listener =>
            {
                var name = listener.GetString("name");
                var one = status.GetObjects("listeners").FirstOrDefault(l => l.GetString("name") == name)?.Copy()
                    ?? new() { ["name"] = name };
                one["supportedKinds"] = new JsonArray(JsonTemplate.Fill($$"""{"group":{{Gateway.Group}},"kind":"HTTPRoute"}"""));
                one["attachedRoutes"] = routes.Count(r => RouteAttachment.IsAttached(cluster.Store, r, gateway, listener));
                Set(one, gateway, "Accepted", true, "Accepted", "Listener is accepted");
                Set(one, gateway, "Programmed", true, "Programmed", "Listener is programmed");
                return (JsonNode)one;
            }).ToJson();
        });
    }

    private void Set(JsonObject status, StoredObject about, string type, bool isTrue, string reason, string message)
    {
        // Conditions are found below a status.
        var holder = new JsonObject { ["status"] = new JsonObject() };
        holder.GetObject("status")!.SetOrRemove("conditions", status["conditions"]);
        var condition = Condition.Set(holder, cluster.Now, type, isTrue, reason, message);
        condition["observedGeneration"] = about.Json.GetInteger("metadata", "generation");
        condition.SetDefault("message", "");
        status["conditions"] = holder.GetNode("status", "conditions")!.DeepClone();
    }
}
