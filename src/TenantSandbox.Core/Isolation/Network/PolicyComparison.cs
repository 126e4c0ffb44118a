namespace TenantSandbox.Core.Isolation.Network;

/// <summary>Connections that a policy allows beyond what others allow: with addresses or with pods.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Direction">Who connects.</param>
/// <param name="Addresses">The addresses; null for pods.</param>
/// <param name="Pods">The pods; null for addresses.</param>
/// <param name="Ports">The ports.</param>
public sealed record PolicyHole(NetworkPolicy Policy, TrafficDirection Direction, AddressSet? Addresses, PodPeer? Pods, PortSet Ports)
{
    /// <summary>Direction, peer and ports for people, such as <c>egress to 169.254.169.254/32 at TCP 80</c>.</summary>
    public override string ToString() =>
        $"{(Direction == TrafficDirection.Egress ? "egress to" : "ingress from")} {(object?)Addresses ?? Pods} at {Ports}";
}

/// <summary>Compares sets of policies by what they allow.</summary>
public static class PolicyComparison
{
    /// <summary>
    /// What policies allow for some pods that the policies of a baseline don't. Addresses and ports are exact. Of peers that are pods, any labels
    /// are assumed possible: a selector counts as allowed if one of the baseline's selects everything that it can select, and a named port
    /// as any port unless the baseline allows the same name. So nothing that is opened is left out; what a selector or name opens can be less.
    /// </summary>
    /// <param name="baseline">The policies that may allow what they do. A pod that none isolates is open, so that nothing more can be opened.</param>
    /// <param name="policies">The policies to compare. They can be the baseline's, which opens nothing beyond itself.</param>
    /// <param name="pods">The pods whose connections are compared.</param>
    /// <returns>Without repetitions, in the order of the policies.</returns>
    public static IReadOnlyList<PolicyHole> FindHoles(
        IEnumerable<NetworkPolicy> baseline, IReadOnlyCollection<NetworkPolicy> policies, IReadOnlyCollection<NetworkPod> pods)
    {
        var allowed = new Reachability(baseline, []);
        var holes =
            from policy in policies
            from direction in (TrafficDirection[])[TrafficDirection.Ingress, TrafficDirection.Egress]
            from pod in pods
            let rules = policy.RulesFor(pod, direction)
            where rules is not null
            let known = allowed.RulesFor(pod, direction)
            where known is not null
            from hole in Addresses(policy, direction, pod, rules, known).Concat(Pods(policy, direction, pod, rules, known))
            select hole;
        return [.. holes.Distinct()];
    }

    private static IEnumerable<PolicyHole> Addresses(
        NetworkPolicy policy, TrafficDirection direction, NetworkPod pod, IReadOnlyList<PolicyRule> rules, IReadOnlyList<PolicyRule> known) =>
        Reachability.Addresses(rules, pod, direction).Except(Reachability.Addresses(known, pod, direction)).Parts
            .Select(p => new PolicyHole(policy, direction, p.Addresses, null, p.Ports));

    private static IEnumerable<PolicyHole> Pods(
        NetworkPolicy policy, TrafficDirection direction, NetworkPod pod, IReadOnlyList<PolicyRule> rules, IReadOnlyList<PolicyRule> known) =>
        from rule in rules
        from peer in rule.PodPeers
        let covering = known.Where(k => k.PodPeers.Any(p => p.Covers(peer))).ToArray()
        let target = direction == TrafficDirection.Ingress ? pod : null
        let ports = Ports(rule, target, covering).Except(covering.Aggregate(PortSet.None, (all, k) => all.Union(k.PortsOf(target))))
        where !ports.IsEmpty
        select new PolicyHole(policy, direction, null, peer, ports);

    // Who a peer is isn't known, so neither is the number of a port that it names.
    private static PortSet Ports(PolicyRule rule, NetworkPod? target, IEnumerable<PolicyRule> covering) => target is null && rule.Ports is { } ports
        ? ports.Where(p => p.Name is not null && !covering.Any(k => k.Ports?.Contains(p) == true))
            .Aggregate(rule.PortsOf(null), (all, p) => all.Union(PortSet.Of(p.Protocol)))
        : rule.PortsOf(target);
}
