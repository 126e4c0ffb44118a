namespace TenantSandbox.Functions.Configuration;

/// <summary>Settings of the tenants' network policy.</summary>
internal sealed class NetworkOptions
{
    /// <summary>
    /// Blocks that no allow list can open, in addition to the platform's (instance metadata, WireServer), which are always denied.
    /// Put the cluster's node, pod and service ranges here.
    /// </summary>
    public IList<string> DeniedCidrs { get; } = [];

    /// <summary>Labels of the namespace that the cluster's DNS runs in; kube-system unless set.</summary>
    public IDictionary<string, string> DnsNamespaceLabels { get; } = new Dictionary<string, string>();

    /// <summary>Labels of the DNS pods; <c>k8s-app=kube-dns</c> unless set.</summary>
    public IDictionary<string, string> DnsPodLabels { get; } = new Dictionary<string, string>();
}
