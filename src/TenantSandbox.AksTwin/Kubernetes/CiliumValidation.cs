using System.Globalization;
using System.Net;
using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates CiliumNetworkPolicies by the main rules of their schema, and of AKS where it is stricter.</summary>
internal static class CiliumValidation
{
    private static readonly string[] Destinations = ["toEndpoints", "toEntities", "toCIDR", "toFQDNs"];

    public static readonly ValidationRule Policy = ForFields(
        ("spec.endpointSelector", Required),
        ("spec.egress|egressDeny[*]", CheckDestinations),
        ("spec.egressDeny[*].toFQDNs", Absent("toFQDNs is not supported in deny rules")),
        ("spec.egress|egressDeny[*].toCIDR[*]", CheckCidr),
        ("spec.egress[*].toFQDNs[*]", CheckHost),
        ("spec.ingress|egress|egressDeny[*].toPorts[*].ports[*].port", CheckPort),
        ("spec.ingress|egress|egressDeny[*].toPorts[*].ports[*].protocol", OneOf("TCP", "UDP", "SCTP", "ICMP", "ICMPv6", "ANY")),
        ("spec.egress[*].toPorts[*].rules.dns[*]", CheckHost),
        // AKS doesn't support the pattern of all names (AKS documentation, "Set up FQDN filtering", limitations).
        ("spec.egress[*].toPorts[*].rules.dns[*].matchPattern", CheckNotEverything));

    private static IEnumerable<FieldError> CheckDestinations(JsonNode? rule, string path) =>
        Destinations.Where(d => rule.GetNode(d) is not null).ToArray() is { Length: > 1 } several
            ? [FieldError.Invalid(path, rule, $"combining {string.Join(" and ", several)} is not supported yet")] : [];

    private static IEnumerable<FieldError> CheckHost(JsonNode? host, string path) =>
        (host.GetNode("matchName") is null) == (host.GetNode("matchPattern") is null)
            ? [FieldError.Invalid(path, host, "must have either matchName or matchPattern")] : [];

    private static IEnumerable<FieldError> CheckNotEverything(JsonNode? pattern, string path) =>
        pattern.GetString() == "*" ? [FieldError.Invalid(path, pattern, "the wildcard for all names is not supported")] : [];

    private static IEnumerable<FieldError> CheckPort(JsonNode? port, string path) =>
        int.TryParse(port.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 65535
            ? [] : [FieldError.Invalid(path, port ?? "", "must be a port number from 0 to 65535")];

    private static IEnumerable<FieldError> CheckCidr(JsonNode? value, string path) => IPNetwork.TryParse(value.GetString(), out _)
        ? [] : [FieldError.Invalid(path, value ?? "", "must be a valid CIDR value")];
}
