namespace TenantSandbox.Functions.Configuration;

/// <summary>Settings of the tenants' network policy.</summary>
internal sealed class NetworkOptions
{
    /// <summary>
    /// Blocks that no allow list can open, in addition to the cluster's own ranges and the platform's (instance metadata, WireServer).
    /// </summary>
    public IList<string> DeniedCidrs { get; } = [];

    /// <summary>
    /// Denies the cluster's pod, Service and node ranges as ARM and Kubernetes give them. Turn it off only where ARM doesn't know the
    /// cluster, and put the ranges into <see cref="DeniedCidrs"/>.
    /// </summary>
    public bool DenyClusterRanges { get; set; } = true;

    /// <summary>Labels of the namespace that the cluster's DNS runs in; kube-system unless set.</summary>
    public IDictionary<string, string> DnsNamespaceLabels { get; } = new Dictionary<string, string>();

    /// <summary>Labels of the DNS pods; <c>k8s-app=kube-dns</c> unless set.</summary>
    public IDictionary<string, string> DnsPodLabels { get; } = new Dictionary<string, string>();
}
