namespace TenantSandbox.Core.Isolation.Network;

/// <summary>Who opens a connection, seen from a pod.</summary>
public enum TrafficDirection
{
    /// <summary>A peer connects to the pod.</summary>
    Ingress,

    /// <summary>The pod connects to a peer.</summary>
    Egress,
}

/// <summary>
/// A policy that allows connections. Policies add up: a connection of a pod is allowed if a rule of any policy allows it, or if no policy
/// isolates the pod in that direction.
/// </summary>
/// <param name="Kind">Its kind, <c>NetworkPolicy</c> or another that was treated as open.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Pods">The pods of its namespace that it selects.</param>
/// <param name="Ingress">Who can connect to them; null if it doesn't isolate them in this direction.</param>
/// <param name="Egress">Whom they can connect to; null if it doesn't isolate them in this direction.</param>
/// <param name="Unreadable">Why the policy can't be read, so that it counts as open; null for one that was read.</param>
public sealed record NetworkPolicy(
    string Kind,
    string Namespace,
    string Name,
    LabelSelector Pods,
    IReadOnlyList<PolicyRule>? Ingress,
    IReadOnlyList<PolicyRule>? Egress,
    string? Unreadable = null)
{
    /// <summary>Its rules for a pod; null if it doesn't isolate the pod in this direction.</summary>
    public IReadOnlyList<PolicyRule>? RulesFor(NetworkPod pod, TrafficDirection direction) => pod.Namespace == Namespace && Pods.Matches(pod.Labels)
        ? direction == TrafficDirection.Ingress ? Ingress : Egress
        : null;

    /// <summary>Kind, namespace and name.</summary>
    public override string ToString() => $"{Kind} {Namespace}/{Name}";
}

/// <summary>Allows connections with some peers at some ports.</summary>
/// <param name="Peers">The peers; null for all pods and addresses.</param>
/// <param name="Ports">The ports of whoever is connected to; null for all.</param>
public sealed record PolicyRule(IReadOnlyList<PolicyPeer>? Peers, IReadOnlyList<PolicyPort>? Ports)
{
    /// <summary>Allows everything.</summary>
    public static readonly PolicyRule Open = new(null, null);

    /// <summary>The addresses that its blocks name.</summary>
    public AddressSet Addresses => Peers is null
        ? AddressSet.All
        : Peers.OfType<AddressPeer>().Aggregate(AddressSet.Empty, (all, p) => all.Union(p.Addresses));

    /// <summary>The pods that it names.</summary>
    public IEnumerable<PodPeer> PodPeers => Peers?.OfType<PodPeer>() ?? [PodPeer.Any];

    /// <summary>The numbers of its ports.</summary>
    /// <param name="target">The pod that is connected to, whose containers name its ports; null for an address, which has no named ports.</param>
    public PortSet PortsOf(NetworkPod? target) => Ports is null
        ? PortSet.All
        : Ports.Aggregate(PortSet.None, (all, p) => all.Union(p.Resolve(target)));
}

/// <summary>Whom a rule names.</summary>
public abstract record PolicyPeer;

/// <summary>Addresses. Whether they also mean pods with such an address is up to the policy engine.</summary>
/// <param name="Addresses">The block without its exceptions.</param>
public sealed record AddressPeer(AddressSet Addresses) : PolicyPeer;

/// <summary>Pods, wherever they run and whatever their addresses.</summary>
/// <param name="Namespaces">Selects their namespaces.</param>
/// <param name="Pods">Selects them in these namespaces.</param>
public sealed record PodPeer(LabelSelector Namespaces, LabelSelector Pods) : PolicyPeer
{
    /// <summary>Every pod of every namespace.</summary>
    public static readonly PodPeer Any = new(LabelSelector.Everything, LabelSelector.Everything);

    /// <summary>Whether it selects every pod, of whatever labels, that the other selects.</summary>
    public bool Covers(PodPeer other) => Namespaces.Covers(other.Namespaces) && Pods.Covers(other.Pods);

    /// <summary>The pods for people, such as <c>pods app=web of namespace shop</c>.</summary>
    public override string ToString()
    {
        var namespaces = Namespaces.Requirements switch
        {
            [] => "all namespaces",
            [{ Key: NetworkNamespace.NameLabel, Operator: LabelOperator.In, Values: [var name] }] => $"namespace {name}",
            _ => $"namespaces {Namespaces}",
        };
        return Pods.Requirements.Count == 0 ? $"all pods of {namespaces}" : $"pods {Pods} of {namespaces}";
    }
}

/// <summary>Ports of a rule: a range of numbers, or a name.</summary>
/// <param name="Protocol">The protocol.</param>
/// <param name="First">The first number.</param>
/// <param name="Last">The last number.</param>
/// <param name="Name">The name of a container's port, which takes the place of the numbers; null for numbers.</param>
public sealed record PolicyPort(TransportProtocol Protocol, int First, int Last, string? Name = null)
{
    /// <summary>The numbers.</summary>
    /// <param name="target">The pod that is connected to; null for an address, which has no named ports.</param>
    public PortSet Resolve(NetworkPod? target) => Name is null
        ? PortSet.Of(Protocol, First, Last)
        : (target?.Ports ?? []).Where(p => p.Name == Name && p.Protocol == Protocol)
            .Aggregate(PortSet.None, (all, p) => all.Union(PortSet.Of(Protocol, p.Number, p.Number)));
}
