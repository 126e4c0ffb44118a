using TenantSandbox.Core.Isolation.Network;
using PodSelector = TenantSandbox.Core.Isolation.Network.LabelSelector;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>What a policy of Cilium denies its pods, whatever others allow.</summary>
/// <param name="Pods">The pods.</param>
/// <param name="Destinations">The addresses and ports.</param>
internal sealed record CiliumDenial(PodSelector Pods, AddressPortSet Destinations);

/// <summary>
/// Reads CiliumNetworkPolicies as network policies and denials. Names (<c>toFQDNs</c>) open no address here, because the twin resolves none. A
/// field that isn't read makes the policy an open one, as in <see cref="NetworkPolicyReader"/>.
/// </summary>
internal static class CiliumPolicyReader
{
    private const string NamespaceLabels = "io.cilium.k8s.namespace.labels.";
    private const string NamespaceName = "io.kubernetes.pod.namespace";

    public static NetworkPolicy Read(StoredObject policy)
    {
        var item = policy.CopyJson();
        (item["kind"], item["apiVersion"]) = (policy.Key.Kind.Kind, policy.Key.Kind.ApiVersion);
        try
        {
            var (ns, spec) = (policy.Key.Namespace, item.GetObject("spec"));
            return new NetworkPolicy(
                policy.Key.Kind.Kind,
                ns,
                policy.Key.Name,
                Pods(spec),
                Rules(spec, "ingress", "from", ns, isIsolating: spec.GetNode("ingress") is not null),
                // A denial isolates too (Cilium documentation, "Default deny").
                Rules(spec, "egress", "to", ns, isIsolating: spec.GetNode("egress") is not null || spec.GetNode("egressDeny") is not null));
        }
        catch (FormatException)
        {
            return NetworkPolicyReader.Read(item);
        }
    }

    public static CiliumDenial ReadDenial(StoredObject policy)
    {
        var spec = policy.Json.GetObject("spec");
        return new(
            Pods(spec),
            spec.GetObjects("egressDeny").Aggregate(
                AddressPortSet.Empty,
                (all, rule) => all.Union(AddressPortSet.Of(Addresses(rule.GetStrings("toCIDR")), new PolicyRule(null, Ports(rule)).PortsOf(null)))));
    }

    private static PodSelector Pods(JsonObject? spec) => Rename(Selector(spec.GetObject("endpointSelector")), PodKey);

    private static IReadOnlyList<PolicyRule>? Rules(JsonObject? spec, string name, string side, string ns, bool isIsolating) =>
        isIsolating ? [.. spec.GetObjects(name).Select(rule => new PolicyRule(Peers(rule, side, ns), Ports(rule)))] : null;

    private static List<PolicyPeer>? Peers(JsonObject rule, string side, string ns)
    {
        var endpoints = rule.GetObjects($"{side}Endpoints").Select(e => ReadPeer(Selector(e), ns));
        var blocks = rule.GetStrings($"{side}CIDR").ToArray();
        var entities = rule.GetStrings($"{side}Entities").Select(e => e switch
        {
            "all" => (PolicyPeer[])[PodPeer.Any, new AddressPeer(AddressSet.All)],
            "cluster" => [PodPeer.Any],
            "world" => [new AddressPeer(AddressSet.All)],
            _ => throw new FormatException($"entity {e} is not evaluated"),
        });
        return rule.All(f => f.Key is "toPorts" || f.Value is null)
            ? null
            : [.. endpoints, .. blocks.Length == 0 ? [] : (PolicyPeer[])[new AddressPeer(Addresses(blocks))], .. entities.SelectMany(e => e)];
    }

    private static PodPeer ReadPeer(PodSelector selector, string ns)
    {
        var namespaces = selector.Requirements.Where(r => NamespaceKey(r.Key) is not null).ToArray();
        var pods = selector.Requirements.Except(namespaces).ToArray();
        return new PodPeer(
            namespaces.Length == 0
                ? new PodSelector([new(NetworkNamespace.NameLabel, LabelOperator.In, [ns])])
                : Rename(new PodSelector(namespaces), k => NamespaceKey(k)!),
            Rename(new PodSelector(pods), PodKey));
    }

    private static PodSelector Selector(JsonObject? selector) => NetworkPolicyReader.ReadSelector(selector ?? []);

    private static PodSelector Rename(PodSelector selector, Func<string, string> rename) =>
        new([.. selector.Requirements.Select(r => r with { Key = rename(r.Key) })]);

    /// <summary>The key of a pod's label without the source that Cilium puts before it.</summary>
    private static string PodKey(string key) => key[(key.IndexOf(':', StringComparison.Ordinal) + 1)..];

    private static string? NamespaceKey(string key) => PodKey(key) switch
    {
        NamespaceName => NetworkNamespace.NameLabel,
        var label when label.StartsWith(NamespaceLabels, StringComparison.Ordinal) => label[NamespaceLabels.Length..],
        _ => null,
    };

    private static AddressSet Addresses(IEnumerable<string> blocks) =>
        blocks.Aggregate(AddressSet.Empty, (all, block) => all.Union(AddressSet.Parse(block)));

    /// <summary>The ports of a rule; null for all.</summary>
    private static PolicyPort[]? Ports(JsonObject rule)
    {
        var ports = rule.GetObjects("toPorts").SelectMany(p => p.GetObjects("ports")).ToArray();
        return ports.Length == 0 ? null : [.. ports.SelectMany(ReadPort)];
    }

    private static IEnumerable<PolicyPort> ReadPort(JsonObject port)
    {
        var first = int.TryParse(port.GetString("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new FormatException($"port {port.GetString("port")} is not evaluated");
        // 0 means all ports.
        var last = first == 0 ? ushort.MaxValue : (int)Math.Max(first, port.GetInteger("endPort") ?? first);
        TransportProtocol[] protocols = port.GetString("protocol") switch
        {
            null or "ANY" => [TransportProtocol.Tcp, TransportProtocol.Udp, TransportProtocol.Sctp],
            "TCP" => [TransportProtocol.Tcp],
            "UDP" => [TransportProtocol.Udp],
            "SCTP" => [TransportProtocol.Sctp],
            _ => [],
        };
        return protocols.Select(p => new PolicyPort(p, Math.Max(1, first), last));
    }
}
