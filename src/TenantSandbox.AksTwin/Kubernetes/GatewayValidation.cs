using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates Gateways and HTTPRoutes by the main rules of their schemas.</summary>
internal static class GatewayValidation
{
    private static readonly Dictionary<string, string> FilterFields = new()
    {
        ["RequestHeaderModifier"] = "requestHeaderModifier",
        ["ResponseHeaderModifier"] = "responseHeaderModifier",
        ["RequestMirror"] = "requestMirror",
        ["RequestRedirect"] = "requestRedirect",
        ["URLRewrite"] = "urlRewrite",
        ["ExtensionRef"] = "extensionRef",
    };

    public static readonly ValidationRule Gateway = ForFields(
        ("spec.gatewayClassName", Required),
        ("spec.listeners", Required),
        ("spec.listeners", DistinctNames),
        ("spec.listeners[*].name", Matches(NameFormat.Subdomain)),
        ("spec.listeners[*].hostname", Optional(HostName)),
        ("spec.listeners[*].port", Port),
        ("spec.listeners[*].protocol", Required),
        ("spec.listeners[*].allowedRoutes.namespaces.from", OneOf("All", "Selector", "Same", "None")),
        ("spec.listeners[*].tls.mode", OneOf("Terminate", "Passthrough")));

    public static readonly ValidationRule HttpRoute = ForFields(
        ("spec.parentRefs[*].name", Required),
        ("spec.hostnames[*]", HostName),
        ("spec.rules[*].matches[*].path.type", OneOf("Exact", "PathPrefix", "RegularExpression")),
        ("spec.rules[*].matches[*].path", CheckPath),
        ("spec.rules[*].matches[*].headers|queryParams[*].name|value", Required),
        ("spec.rules[*].matches[*].headers|queryParams[*].type", OneOf("Exact", "RegularExpression")),
        ("spec.rules[*].matches[*].method", OneOf("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")),
        ("spec.rules[*].backendRefs[*].name", Required),
        ("spec.rules[*].backendRefs[*].weight", InRange(0, 1_000_000)),
        ("spec.rules[*].backendRefs[*]", CheckBackendPort),
        ("spec.rules[*].backendRefs[*].port", Optional(Port)),
        ("spec.rules[*].filters[*]", CheckFilter),
        ("spec.rules[*].timeouts.request|backendRequest", Optional((value, path) => NameFormat.Duration.Check($"{value}", path))));

    private static IEnumerable<FieldError> HostName(JsonNode? value, string path)
    {
        var name = value.GetString() ?? "";
        return NameFormat.Subdomain.Check(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name, path, name);
    }

    private static IEnumerable<FieldError> CheckPath(JsonNode? path, string at) =>
        path is null || path.GetString("type") == "RegularExpression" || path.GetString("value") is ['/', ..] ? []
        : [FieldError.Invalid(at, path, "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']")];

    private static IEnumerable<FieldError> CheckBackendPort(JsonNode? backend, string path) =>
        backend.GetString("kind") == "Service" && backend.GetString("group") == "" && backend.GetNode("port") is null
            ? [FieldError.Invalid(path, backend, "Must have port for Service reference")] : [];

    private static IEnumerable<FieldError> CheckFilter(JsonNode? filter, string path)
    {
        var type = filter.GetString("type");
        foreach (var error in (IEnumerable<FieldError>)
            [.. Required(filter.GetNode("type"), $"{path}.type"), .. OneOf([.. FilterFields.Keys])(filter.GetNode("type"), $"{path}.type")])
        {
            yield return error;
        }

        foreach (var (name, field) in FilterFields.Where(f => filter.GetNode(f.Value) is null == (f.Key == type)))
        {
            yield return FieldError.Invalid(path, filter, name == type
                ? $"filter.{field} must be specified for {name} filter.type"
                : $"filter.{field} must be nil if the filter.type is not {name}");
        }
    }
}
