using System.Globalization;
using System.Net;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// One policy for all pods of the namespace: allows only the cluster's DNS, the tenant's own pods and the allow list. One
/// object instead of several, so that an apply replaces all rules at once and none of an older revision remains. Where workloads have
/// rules of their own, it allows DNS only, and <see cref="WorkloadPolicyManifest"/> the rest.
/// </summary>
internal static class NetworkPolicyManifest
{
    public const string Name = "tenant-network";

    /// <param name="tenant">The tenant.</param>
    /// <param name="options">All settings.</param>
    /// <param name="network">The cluster's network.</param>
    public static V1NetworkPolicy Policy(DesiredTenant tenant, TenantSandboxOptions options, ClusterNetwork network)
    {
        var isShared = !WorkloadPolicyManifest.AreUsed(tenant.Spec);
        var denied = Denied(options, network);
        return new V1NetworkPolicy
        {
            ApiVersion = "networking.k8s.io/v1",
            Kind = "NetworkPolicy",
            Metadata = NamespaceManifest.Metadata(Name, tenant, options),
            Spec = new V1NetworkPolicySpec
            {
                PodSelector = new V1LabelSelector(),
                PolicyTypes = ["Ingress", "Egress"],
                Ingress = isShared ? [new V1NetworkPolicyIngressRule { FromProperty = [OwnPods()] }] : null,
                Egress = isShared
                    ?
                    [
                        Dns(options.Network, network),
                        new V1NetworkPolicyEgressRule { To = [OwnPods()] },
                        .. tenant.Spec.EgressAllowList.Select(rule => Allow(rule, denied)),
                    ]
                    : [Dns(options.Network, network)],
            },
        };
    }

    // Without a namespace selector, a pod selector means this namespace only.
    public static V1NetworkPolicyPeer OwnPods() => new() { PodSelector = new V1LabelSelector() };

    // Only the cluster's resolver: another one could be anything that answers at port 53.
    private static V1NetworkPolicyEgressRule Dns(NetworkOptions options, ClusterNetwork network) => new()
    {
        To =
        [
            new V1NetworkPolicyPeer
            {
                NamespaceSelector = new V1LabelSelector { MatchLabels = DnsNamespaceLabels(options) },
                PodSelector = new V1LabelSelector { MatchLabels = DnsPodLabels(options) },
            },
            .. network.HasLocalDns ? (V1NetworkPolicyPeer[])[new() { IpBlock = new V1IPBlock { Cidr = ClusterNetwork.LocalDnsBlock } }] : [],
        ],
        Ports = [Port("UDP", 53), Port("TCP", 53)],
    };

    /// <summary>Allows what a rule with a block names.</summary>
    public static V1NetworkPolicyEgressRule Allow(EgressRule rule, DeniedBlocks denied) => new()
    {
        To = [new V1NetworkPolicyPeer { IpBlock = denied.BlockWithout(IPNetwork.Parse(rule.Cidr!), isEgress: true) }],
        Ports = Ports(rule.Ports),
    };

    /// <summary>Null for all ports.</summary>
    public static V1NetworkPolicyPort[]? Ports(IReadOnlyList<WorkloadPort> ports) => ports.Count == 0 ? null : [.. ports.Select(p => Port(p.Protocol, p.Port))];

    /// <summary>What no rule of a tenant can open.</summary>
    public static DeniedBlocks Denied(TenantSandboxOptions options, ClusterNetwork network) =>
        new(options.Network.DeniedCidrs.Concat(network.Closed), options.Network.AllowedPrivateCidrs);

    public static IDictionary<string, string> DnsNamespaceLabels(NetworkOptions network) =>
        OrDefault(network.DnsNamespaceLabels, Labels.NamespaceName, "kube-system");

    public static IDictionary<string, string> DnsPodLabels(NetworkOptions network) => OrDefault(network.DnsPodLabels, "k8s-app", "kube-dns");

    private static V1NetworkPolicyPort Port(string protocol, int port) =>
        new() { Protocol = protocol, Port = port.ToString(CultureInfo.InvariantCulture) };

    private static IDictionary<string, string> OrDefault(IDictionary<string, string> labels, string key, string value) => labels.Count > 0
        ? new SortedDictionary<string, string>(labels, StringComparer.Ordinal)
        : new Dictionary<string, string> { [key] = value };
}
