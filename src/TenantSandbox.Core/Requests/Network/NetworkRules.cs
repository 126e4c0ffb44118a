using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Core.Requests.Network;

/// <summary>What one installation allows tenants to ask for in the network. Null lists have no bound.</summary>
/// <param name="HostNames">Patterns of the host names that workloads may be exposed under (<see cref="HostPattern"/>); empty for none.</param>
/// <param name="Sources">Names of the installation's ingress sources, such as its gateway; empty for none.</param>
/// <param name="IngressBlocks">Address blocks that connections may be allowed from; empty for none.</param>
/// <param name="LoadBalancers">Which Services of type LoadBalancer are allowed.</param>
/// <param name="AllowNodePorts">Whether Services of type NodePort are allowed.</param>
/// <param name="AllowEgressHosts">Whether a cluster of the installation can allow connections by host name.</param>
/// <param name="PrivateBlocks">Private address blocks that tenants may connect to; empty for none.</param>
public sealed record NetworkRules(
    IReadOnlyList<string>? HostNames,
    IReadOnlyList<string>? Sources,
    IReadOnlyList<string>? IngressBlocks,
    LoadBalancerRule LoadBalancers,
    bool AllowNodePorts,
    bool AllowEgressHosts,
    IReadOnlyList<string>? PrivateBlocks)
{
    /// <summary>Nothing beyond Services inside the cluster: the default of an installation.</summary>
    public static NetworkRules None { get; } = new([], [], [], LoadBalancerRule.None, false, false, []);

    /// <summary>Everything that some installation can allow: for a request whose installation isn't known.</summary>
    public static NetworkRules Any { get; } = new(null, null, null, LoadBalancerRule.Any, true, true, null);

    /// <summary>The addresses that no tenant may connect to, on whatever cluster.</summary>
    internal AddressSet ClosedToEgress => PrivateBlocks is null ? ClosedAddresses.AlwaysSet : ClosedAddresses.ToEgress(PrivateBlocks);
}

/// <summary>Which Services of type LoadBalancer an installation allows.</summary>
public enum LoadBalancerRule
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those with an address of the virtual network.</summary>
    Internal,

    /// <summary>Those with a public address too.</summary>
    Any,
}
