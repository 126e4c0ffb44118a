using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using k8s.Models;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

/// <summary>One end of a connection: a pod, or an address outside of the cluster.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Namespace">The pod's namespace; null outside of the cluster.</param>
/// <param name="Labels">The pod's labels.</param>
/// <param name="Names">Host names that were resolved to the address.</param>
internal sealed record PacketEnd(string Address, string? Namespace = null, IReadOnlyDictionary<string, string>? Labels = null, params string[] Names)
{
    public override string ToString() => Namespace is null ? Address : $"{Namespace}/{string.Join(',', Labels ?? new Dictionary<string, string>())}";
}

/// <summary>
/// Decides about connections as Kubernetes' network policies and Cilium's policies are specified: rules of all policies that select a
/// pod add up, a pod that none selects is open, and what a Cilium policy denies no other opens. Blocks also match the addresses of pods,
/// which Kubernetes leaves to the engine.
/// </summary>
internal sealed class PacketFilter(IReadOnlyList<V1NetworkPolicy> policies, IReadOnlyList<CiliumNetworkPolicy> hostPolicies)
{
    private const string CiliumNamespaceName = "k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name";

    /// <summary>Whether the policies of a pod let it connect to a target.</summary>
    public bool AllowsEgress(PacketEnd pod, PacketEnd to, int port, string protocol = "TCP")
    {
        var own = policies.Where(p => Selects(p, pod, "Egress")).ToArray();
        var byHost = hostPolicies.Where(p => p.Metadata.NamespaceProperty == pod.Namespace && Matches(p.Spec!.EndpointSelector, pod.Labels)).ToArray();
        if (to.Namespace is null && byHost.SelectMany(p => p.Spec!.EgressDeny).SelectMany(r => r.ToCidr).Any(c => Contains(c, to.Address)))
        {
            return false;
        }

        return (own.Length == 0 && byHost.Length == 0)
            || own.SelectMany(p => p.Spec.Egress ?? []).Any(r => IsOpen(r.To, r.Ports, pod.Namespace!, to, port, protocol))
            || byHost.SelectMany(p => p.Spec!.Egress).Any(r => IsOpen(r, to, port, protocol));
    }

    /// <summary>Whether the policies of a pod accept a connection.</summary>
    public bool AllowsIngress(PacketEnd from, PacketEnd pod, int port, string protocol = "TCP")
    {
        var own = policies.Where(p => Selects(p, pod, "Ingress")).ToArray();
        return own.Length == 0 || own.SelectMany(p => p.Spec.Ingress ?? []).Any(r => IsOpen(r.FromProperty, r.Ports, pod.Namespace!, from, port, protocol));
    }

    private static bool Selects(V1NetworkPolicy policy, PacketEnd pod, string type) =>
        policy.Metadata.NamespaceProperty == pod.Namespace && policy.Spec.PolicyTypes.Contains(type) && Matches(policy.Spec.PodSelector, pod.Labels);

    private static bool IsOpen(
        IList<V1NetworkPolicyPeer>? peers, IList<V1NetworkPolicyPort>? ports, string ns, PacketEnd other, int port, string protocol) =>
        (peers is not { Count: > 0 } || peers.Any(p => IsPeer(p, ns, other)))
        && (ports is not { Count: > 0 } || ports.Any(p => (p.Protocol ?? "TCP") == protocol && (p.Port is null || p.Port.Value == port.ToString(CultureInfo.InvariantCulture))));

    private static bool IsPeer(V1NetworkPolicyPeer peer, string ns, PacketEnd other)
    {
        if (peer.IpBlock is { } block)
        {
            return Contains(block.Cidr, other.Address) && !(block.Except ?? []).Any(e => Contains(e, other.Address));
        }

        return other.Namespace is { } actual
            && (peer.NamespaceSelector is { } namespaces ? Matches(namespaces, NamespaceLabels(actual)) : actual == ns)
            && (peer.PodSelector is null || Matches(peer.PodSelector, other.Labels));
    }

    private static bool IsOpen(CiliumEgressRule rule, PacketEnd to, int port, string protocol) =>
        rule.ToPorts.SelectMany(p => p.Ports).Any(p => p.Port == port.ToString(CultureInfo.InvariantCulture) && p.Protocol == protocol)
        && (rule.ToEndpoints?.Any(e => to.Namespace is { } ns && e.MatchLabels.All(l => IsLabel(l, ns, to.Labels!))) == true
            // Pods have identities of their own, which no name leads to.
            || (to.Namespace is null && rule.ToFqdns?.Any(h => to.Names.Any(n => IsHost(h, n))) == true));

    private static bool IsLabel(KeyValuePair<string, string> wanted, string ns, IReadOnlyDictionary<string, string> labels) =>
        wanted.Key == CiliumNamespaceName ? wanted.Value == ns : labels.GetValueOrDefault(wanted.Key["k8s:".Length..]) == wanted.Value;

    private static bool IsHost(CiliumHost host, string name) =>
        host.MatchName == name
        || (host.MatchPattern is { } pattern && Regex.IsMatch(name, $"^{Regex.Escape(pattern).Replace("\\*", "[-a-z0-9_]*", StringComparison.Ordinal)}$"));

    private static bool Matches(V1LabelSelector selector, IReadOnlyDictionary<string, string>? labels) =>
        (selector.MatchExpressions is not { Count: > 0 }) && (selector.MatchLabels ?? new Dictionary<string, string>()).All(l => labels?.GetValueOrDefault(l.Key) == l.Value);

    private static Dictionary<string, string> NamespaceLabels(string ns) => new() { ["kubernetes.io/metadata.name"] = ns };

    private static bool Contains(string cidr, string address) =>
        IPNetwork.Parse(cidr) is var block && IPAddress.Parse(address) is var ip && block.BaseAddress.AddressFamily == ip.AddressFamily && block.Contains(ip);
}
