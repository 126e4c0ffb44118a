using static TenantSandbox.AksTwin.Kubernetes.DefaultRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The defaults of Gateways and HTTPRoutes.</summary>
internal static class GatewayDefaults
{
    public static readonly Action<JsonObject> Gateway = ForParts(
        ("spec.listeners[*]", Always("""{"allowedRoutes":{"namespaces":{"from":"Same"}}}""")),
        ("spec.listeners[*].tls", Always("""{"mode":"Terminate"}""")),
        ("spec.listeners[*].tls.certificateRefs[*]", Empty("group", """{"kind":"Secret"}""")),
        ("spec.addresses[*]", Always("""{"type":"IPAddress"}""")));

    public static readonly Action<JsonObject> HttpRoute = ForParts(
        ("spec.parentRefs[*]", Always("""{"group":"gateway.networking.k8s.io","kind":"Gateway"}""")),
        ("spec", Always("""{"rules":[{}]}""")),
        ("spec.rules[*]", Always("""{"matches":[{}]}""")),
        ("spec.rules[*].matches[*]", When(m => m.Count == 0, """{"path":{}}""")),
        ("spec.rules[*].matches[*].path", Always("""{"type":"PathPrefix","value":"/"}""")),
        ("spec.rules[*].matches[*].headers|queryParams[*]", Always("""{"type":"Exact"}""")),
        ("spec.rules[*].backendRefs[*]", Empty("group", """{"kind":"Service","weight":1}""")),
        ("spec.rules[*].filters[*].requestMirror.backendRef", Empty("group", """{"kind":"Service"}""")),
        ("spec.rules[*].filters[*].requestRedirect", Always("""{"statusCode":302}""")));

    /// <summary>Defaults of which one is the empty string.</summary>
    private static Action<JsonObject> Empty(string field, string others)
    {
        var fill = Always(others);
        return part =>
        {
            part.SetDefault(field, "");
            fill(part);
        };
    }
}
