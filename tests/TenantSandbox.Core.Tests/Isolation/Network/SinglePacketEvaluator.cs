using System.Net;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Core.Tests.Isolation.Network;

/// <summary>
/// Decides about one connection from the policies' JSON, as the API's reference states the rules, without sets and without the reader that is
/// tested.
/// </summary>
/// <param name="policies">The policies.</param>
internal sealed class SinglePacketEvaluator(IReadOnlyCollection<JsonObject> policies)
{
    /// <summary>Whether the policies of a pod allow a connection with a peer.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="isEgress">Whether the pod connects to the peer.</param>
    /// <param name="peer">The other pod; null for an address.</param>
    /// <param name="address">The address; null for a pod.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="port">The port.</param>
    public bool Allows(NetworkPod pod, bool isEgress, NetworkPod? peer, IPAddress? address, TransportProtocol protocol, int port)
    {
        var selecting = policies.Where(p => Selects(p, pod, isEgress)).ToArray();
        var target = isEgress ? peer : pod;
        return selecting.Length == 0 || selecting.Any(p => (p["spec"]![isEgress ? "egress" : "ingress"]?.AsArray() ?? []).Any(r =>
            Peers(r![isEgress ? "to" : "from"], pod.Namespace, peer, address) && Ports(r["ports"], target, protocol, port)));
    }

    private static bool Selects(JsonObject policy, NetworkPod pod, bool isEgress)
    {
        var spec = policy["spec"]!;
        var types = spec["policyTypes"]?.AsArray().Select(t => $"{t}").ToArray() ?? [];
        var isOfDirection = types.Length > 0
            ? types.Contains(isEgress ? "Egress" : "Ingress")
            : !isEgress || spec["egress"] is JsonArray { Count: > 0 };
        return isOfDirection && $"{policy["metadata"]!["namespace"]}" == pod.Namespace && Matches(spec["podSelector"], pod.Labels);
    }

    private static bool Peers(JsonNode? peers, string ns, NetworkPod? pod, IPAddress? address) => peers is not JsonArray { Count: > 0 } list || list.Any(p =>
        p!["ipBlock"] is { } block
            ? address is not null && Contains(block["cidr"], address) && !(block["except"]?.AsArray() ?? []).Any(e => Contains(e, address))
            : pod is not null
                && (p["namespaceSelector"] is { } namespaces ? Matches(namespaces, PolicySamples.Namespaces.Single(n => n.Name == pod.Namespace).Labels) : pod.Namespace == ns)
                && Matches(p["podSelector"], pod.Labels));

    private static bool Contains(JsonNode? block, IPAddress address) =>
        IPNetwork.Parse($"{block}") is var network && network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address);

    private static bool Ports(JsonNode? ports, NetworkPod? target, TransportProtocol protocol, int port) => ports is not JsonArray { Count: > 0 } list || list.Any(p =>
        string.Equals($"{p!["protocol"] ?? "TCP"}", $"{protocol}", StringComparison.OrdinalIgnoreCase)
        && (p["port"] is not { } first
            || (int.TryParse($"{first}", out var number)
                ? port >= number && port <= (p["endPort"]?.GetValue<int>() ?? number)
                : target?.Ports.Any(t => t.Name == $"{first}" && t.Protocol == protocol && t.Number == port) == true)));

    private static bool Matches(JsonNode? selector, IReadOnlyDictionary<string, string> labels) =>
        (selector?["matchLabels"]?.AsObject() ?? []).All(l => labels.GetValueOrDefault(l.Key) == $"{l.Value}")
        && (selector?["matchExpressions"]?.AsArray() ?? []).All(e =>
        {
            var value = labels.GetValueOrDefault($"{e!["key"]}");
            var isNamed = value is not null && (e["values"]?.AsArray() ?? []).Any(v => $"{v}" == value);
            return $"{e["operator"]}" switch
            {
                "In" => isNamed,
                "NotIn" => !isNamed,
                "Exists" => value is not null,
                _ => value is null,
            };
        });
}
