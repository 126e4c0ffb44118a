namespace TenantSandbox.Functions.Configuration;

/// <summary>What the tenants' network policy lets through.</summary>
internal sealed class NetworkOptions
{
    /// <summary>
    /// Blocks that no allow list opens, besides the platform's own (instance metadata, WireServer), which are always denied:
    /// the cluster's node, pod and service ranges belong here.
    /// </summary>
    public IList<string> DeniedCidrs { get; } = [];

    /// <summary>Labels of the namespace that the cluster's DNS runs in; kube-system unless set.</summary>
    public IDictionary<string, string> DnsNamespaceLabels { get; } = new Dictionary<string, string>();

    /// <summary>Labels of the DNS pods; <c>k8s-app=kube-dns</c> unless set.</summary>
    public IDictionary<string, string> DnsPodLabels { get; } = new Dictionary<string, string>();
}
