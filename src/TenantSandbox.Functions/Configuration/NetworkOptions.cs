using TenantSandbox.Core.Requests.Network;

namespace TenantSandbox.Functions.Configuration;

/// <summary>Settings of the tenants' network policies, Services and routes.</summary>
internal sealed class NetworkOptions
{
    /// <summary>
    /// Blocks that no allow list can open, in addition to the cluster's own ranges and the platform's (instance metadata, WireServer).
    /// </summary>
    public IList<string> DeniedCidrs { get; } = [];

    /// <summary>Private blocks (RFC 1918, fc00::/7) that tenants may connect to, without what is denied; none unless set.</summary>
    public IList<string> AllowedPrivateCidrs { get; } = [];

    /// <summary>
    /// Denies the cluster's pod, Service and node ranges as ARM and Kubernetes give them. Turn it off only where ARM doesn't know the
    /// cluster, put the ranges into <see cref="DeniedCidrs"/>, and name the clusters' engines (<see cref="ClusterOptions.NetworkPolicyEngine"/>).
    /// </summary>
    public bool DenyClusterRanges { get; set; } = true;

    /// <summary>Labels of the namespace that the cluster's DNS runs in; kube-system unless set.</summary>
    public IDictionary<string, string> DnsNamespaceLabels { get; } = new Dictionary<string, string>();

    /// <summary>Labels of the DNS pods; <c>k8s-app=kube-dns</c> unless set.</summary>
    public IDictionary<string, string> DnsPodLabels { get; } = new Dictionary<string, string>();

    /// <summary>What workloads may accept connections from by name, such as the pods of a gateway.</summary>
    public IDictionary<string, IngressSourceOptions> Sources { get; } = new Dictionary<string, IngressSourceOptions>();

    /// <summary>Blocks that workloads may accept connections from, without what is denied; none unless set.</summary>
    public IList<string> IngressCidrs { get; } = [];

    /// <summary>Which Services of type LoadBalancer tenants may have.</summary>
    public LoadBalancerRule LoadBalancers { get; set; }

    /// <summary>Whether tenants may have Services of type NodePort.</summary>
    public bool AllowNodePorts { get; set; }

    /// <summary>
    /// Patterns of the host names that tenants may use: <c>*</c> stands for characters of one label, <c>{tenant}</c> for the tenant's id.
    /// </summary>
    public IList<string> HostNames { get; } = [];

    /// <summary>The Gateway of clusters that have none of their own.</summary>
    public GatewayOptions Gateway { get; set; } = new();
}
