namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Whether the listeners of a Gateway take a route.</summary>
internal static class RouteAttachment
{
    /// <summary>Reason and message of why a Gateway doesn't accept a route; null if it does.</summary>
    public static (string Reason, string Message)? FindRefusal(
        ObjectStore store, StoredObject route, StoredObject gateway, JsonObject reference)
    {
        var named = gateway.Json.GetObjects("spec", "listeners").Where(l => IsReferenced(l, reference)).ToList();
        var open = named.FindAll(l => IsAllowed(store, route, gateway, l));
        return named.Count == 0 ? ("NoMatchingParent", "no listener of the Gateway matches the parentRef")
            : open.Count == 0 ? ("NotAllowedByListeners", $"namespace {route.Key.Namespace} is not allowed by the listeners of the Gateway")
            : !open.Exists(l => MatchesHost(route, l))
                ? ("NoMatchingListenerHostname", "no listener has a hostname that the route's hostnames match")
            : null;
    }

    public static bool IsAttached(ObjectStore store, StoredObject route, StoredObject gateway, JsonObject listener) =>
        IsAllowed(store, route, gateway, listener) && MatchesHost(route, listener)
        && route.Json.GetObjects("spec", "parentRefs").Any(r => r.GetString("name") == gateway.Key.Name
            && (r.GetString("namespace") ?? route.Key.Namespace) == gateway.Key.Namespace && IsReferenced(listener, r));

    private static bool IsReferenced(JsonObject listener, JsonObject reference) =>
        (reference["sectionName"] is null || reference.GetString("sectionName") == listener.GetString("name"))
        && (reference["port"] is null || reference.GetInteger("port") == listener.GetInteger("port"));

    private static bool IsAllowed(ObjectStore store, StoredObject route, StoredObject gateway, JsonObject listener) =>
        listener.GetString("allowedRoutes", "namespaces", "from") switch
        {
            "All" => true,
            "Selector" => LabelSelector.From(listener.GetObject("allowedRoutes", "namespaces", "selector"))
                .Matches(store.Find(Kinds.Namespaces, "", route.Key.Namespace)?.Json.GetObject("metadata", "labels")),
            "None" => false,
            _ => route.Key.Namespace == gateway.Key.Namespace,
        };

    private static bool MatchesHost(StoredObject route, JsonObject listener) =>
        listener.GetString("hostname") is not { Length: > 0 } own || !route.Json.GetStrings("spec", "hostnames").Any()
        || route.Json.GetStrings("spec", "hostnames").Any(name => Covers(own, name) || Covers(name, own));

    private static bool Covers(string pattern, string name) =>
        pattern == name || (pattern.StartsWith("*.", StringComparison.Ordinal) && name.EndsWith(pattern[1..], StringComparison.Ordinal));
}
