using System.Net;
using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates Services, and the addresses that they ask for.</summary>
internal static class ServiceValidation
{
    /// <summary>The kubelet's port, which load balancers don't expose.</summary>
    private const int KubeletPort = 10250;

    public static readonly ValidationRule Service = ForFields(
        ("spec", CheckPorts),
        ("spec", CheckHeadless),
        ("spec.ports", DistinctNames),
        ("spec.ports", CheckPortNames),
        ("spec.ports", CheckDistinctPorts),
        ("spec.ports[*].port|targetPort", Port),
        ("spec.ports[*].protocol", OneOf("SCTP", "TCP", "UDP")),
        ("spec.ports[*].name", Optional(Matches(NameFormat.Label))),
        ("spec.clusterIPs[*]", CheckAddress),
        ("spec", CheckAddressesAgree),
        ("spec.type", OneOf("ClusterIP", "LoadBalancer", "NodePort")),
        ("spec.sessionAffinity", OneOf("ClientIP", "None")),
        ("spec.externalTrafficPolicy", OneOf("Cluster", "Local")),
        ("spec.internalTrafficPolicy", OneOf("Cluster", "Local")),
        ("spec.selector", Labels));

    /// <summary>Checks that an update keeps the address of a Service.</summary>
    public static IEnumerable<FieldError> CheckUpdate(JsonObject json, JsonObject old) =>
        JsonNode.DeepEquals(json.GetNode("spec", "clusterIP"), old.GetNode("spec", "clusterIP")) ? []
            : [FieldError.Invalid("spec.clusterIPs[0]", json.GetNode("spec", "clusterIPs"), "may not change once set")];

    /// <summary>Takes the address that a new Service asks for.</summary>
    /// <param name="store">Has the Services whose addresses are taken.</param>
    /// <param name="range">The range of the cluster's Services.</param>
    /// <exception cref="StatusException">422: the address isn't in the range, or another Service has it.</exception>
    public static void CheckAllocation(ObjectStore store, string range, JsonObject service)
    {
        if (service.GetString("spec", "clusterIP") is not { } text || !IPAddress.TryParse(text, out var address))
        {
            return;
        }

        var reason = !IPNetwork.Parse(range).Contains(address) ? "the provided network does not match the current range"
            : store.List(Kinds.Services).Any(s => s.Json.GetString("spec", "clusterIP") == text) ? "provided IP is already allocated"
            : null;
        if (reason is not null)
        {
            throw StatusException.Invalid(Kinds.Services, service.GetString("metadata", "name") ?? "",
                [FieldError.Invalid("spec.clusterIPs", new JsonArray(text), $"failed to allocate IP {text}: {reason}")]);
        }
    }

    private static IEnumerable<FieldError> CheckPorts(JsonNode? spec, string path)
    {
        if (spec!["ports"] is null && spec.GetString("clusterIP") != "None")
        {
            yield return FieldError.Required($"{path}.ports");
        }

        var exposed = spec.GetString("type") is "LoadBalancer" ? spec.GetObjects("ports").Select(p => p.GetInteger("port")) : [];
        foreach (var index in exposed.Select((port, i) => (port, i)).Where(p => p.port == KubeletPort).Select(p => p.i))
        {
            yield return FieldError.Invalid($"{path}.ports[{index}]", KubeletPort, $"may not expose port {KubeletPort} externally since it is used by kubelet");
        }
    }

    private static IEnumerable<FieldError> CheckHeadless(JsonNode? spec, string path) =>
        spec.GetString("clusterIP") is "None" && spec.GetString("type") is "LoadBalancer" or "NodePort"
            ? [FieldError.Invalid($"{path}.clusterIPs[0]", "None", $"may not be set to 'None' for {spec.GetString("type")} services")] : [];

    private static IEnumerable<FieldError> CheckPortNames(JsonNode? ports, string path) => ports.GetObjects().Count() < 2 ? []
        : ports.GetObjects().Select((port, i) => (port, i)).Where(p => string.IsNullOrEmpty(p.port.GetString("name")))
            .Select(p => FieldError.Required($"{path}[{p.i}].name"));

    private static IEnumerable<FieldError> CheckDistinctPorts(JsonNode? ports, string path) =>
        from item in ports.GetObjects().Select((port, index) => (Protocol: port.GetString("protocol"), Port: port.GetInteger("port") ?? 0, Index: index))
        group item.Index by (item.Protocol, item.Port) into same
        from later in same.Skip(1)
        select FieldError.Duplicate($"{path}[{later}]", KeyOf(same.Key.Protocol, same.Key.Port));

    /// <summary>Upstream shows a port that has these two fields alone, by its names in Go.</summary>
    private static JsonObject KeyOf(string? protocol, long port) => new()
    {
        ["Name"] = "",
        ["Protocol"] = protocol,
        ["AppProtocol"] = null,
        ["Port"] = port,
        ["TargetPort"] = 0,
        ["NodePort"] = 0,
    };

    private static IEnumerable<FieldError> CheckAddress(JsonNode? address, string path) =>
        address.GetString() is "None" or "" || (IPAddress.TryParse(address.GetString(), out var parsed) && $"{parsed}" == address.GetString()?.ToLowerInvariant()) ? []
            : [FieldError.Invalid(path, address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")];

    private static IEnumerable<FieldError> CheckAddressesAgree(JsonNode? spec, string path) =>
        spec.GetString("clusterIP") is { Length: > 0 } first && spec.GetStrings("clusterIPs").FirstOrDefault() is { } other && first != other
            ? [FieldError.Invalid($"{path}.clusterIPs", spec!["clusterIPs"], "first value must match `clusterIP`")] : [];
}
