namespace TenantSandbox.Core.Isolation.Network;

/// <summary>What pods can connect to, and who can connect to them, under all policies of a cluster.</summary>
/// <param name="policies">All policies that select any of the pods that are asked about, and of their peers.</param>
/// <param name="namespaces">The namespaces. Of one that isn't among them, only the name is known.</param>
public sealed class Reachability(IEnumerable<NetworkPolicy> policies, IEnumerable<NetworkNamespace> namespaces)
{
    private readonly ILookup<string, NetworkPolicy> _policies = policies.ToLookup(p => p.Namespace, StringComparer.Ordinal);
    private readonly Dictionary<string, NetworkNamespace> _namespaces = namespaces.ToDictionary(n => n.Name, StringComparer.Ordinal);

    /// <summary>The ports at which a pod reaches another: those that the egress rules of the one and the ingress rules of the other allow.</summary>
    public PortSet Between(NetworkPod from, NetworkPod to) =>
        Allowed(from, TrafficDirection.Egress, to).Intersect(Allowed(to, TrafficDirection.Ingress, from));

    /// <summary>The ports of the target at which the policies of a pod, without those of the peer, let them connect.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="direction">Who connects.</param>
    /// <param name="peer">The other pod.</param>
    public PortSet Allowed(NetworkPod pod, TrafficDirection direction, NetworkPod peer) => RulesFor(pod, direction) is { } rules
        ? rules.Where(r => Names(r, peer)).Aggregate(PortSet.None, (all, r) => all.Union(r.PortsOf(direction == TrafficDirection.Egress ? peer : pod)))
        : PortSet.All;

    /// <summary>The addresses outside of the cluster with the ports at which the policies of a pod let them connect.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="direction">Who connects.</param>
    public AddressPortSet AllowedAddresses(NetworkPod pod, TrafficDirection direction) => RulesFor(pod, direction) is { } rules
        ? Addresses(rules, pod, direction)
        : AddressPortSet.Of(AddressSet.All, PortSet.All);

    /// <summary>The rules of all policies that isolate a pod; null if none does, so that everything is allowed.</summary>
    internal IReadOnlyList<PolicyRule>? RulesFor(NetworkPod pod, TrafficDirection direction)
    {
        var rules = _policies[pod.Namespace].Select(p => p.RulesFor(pod, direction)).OfType<IReadOnlyList<PolicyRule>>().ToArray();
        return rules.Length == 0 ? null : [.. rules.SelectMany(r => r)];
    }

    /// <summary>The addresses and ports that rules of a pod allow.</summary>
    internal static AddressPortSet Addresses(IEnumerable<PolicyRule> rules, NetworkPod pod, TrafficDirection direction) => rules.Aggregate(
        AddressPortSet.Empty,
        (all, r) => all.Union(AddressPortSet.Of(r.Addresses, r.PortsOf(direction == TrafficDirection.Egress ? null : pod))));

    private bool Names(PolicyRule rule, NetworkPod peer) => rule.Peers is not { } peers || peers.Any(p => p switch
    {
        AddressPeer block => !block.Addresses.Intersect(peer.Addresses).IsEmpty,
        PodPeer pods => pods.Pods.Matches(peer.Labels)
            && pods.Namespaces.Matches((_namespaces.GetValueOrDefault(peer.Namespace) ?? NetworkNamespace.Of(peer.Namespace)).Labels),
        _ => false,
    });
}
