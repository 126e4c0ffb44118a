using System.Globalization;
using System.Net;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// One policy for all pods of the namespace: allows only the cluster's DNS, the tenant's own pods and the allow list. One
/// object instead of several, so that an apply replaces all rules at once and none of an older revision remains.
/// </summary>
internal static class NetworkPolicyManifest
{
    public const string Name = "tenant-network";

    /// <param name="tenant">The tenant.</param>
    /// <param name="options">All settings.</param>
    /// <param name="clusterRanges">The cluster's own ranges, which are denied in addition to the configured ones.</param>
    public static V1NetworkPolicy Policy(DesiredTenant tenant, TenantSandboxOptions options, IEnumerable<string> clusterRanges)
    {
        var denied = new DeniedBlocks(options.Network.DeniedCidrs.Concat(clusterRanges));
        return new V1NetworkPolicy
        {
            ApiVersion = "networking.k8s.io/v1",
            Kind = "NetworkPolicy",
            Metadata = NamespaceManifest.Metadata(Name, tenant, options),
            Spec = new V1NetworkPolicySpec
            {
                PodSelector = new V1LabelSelector(),
                PolicyTypes = ["Ingress", "Egress"],
                Ingress = [new V1NetworkPolicyIngressRule { FromProperty = [OwnPods()] }],
                Egress =
                [
                    Dns(options.Network),
                    new V1NetworkPolicyEgressRule { To = [OwnPods()] },
                    .. tenant.Spec.EgressAllowList.Select(rule => Allow(rule, denied)),
                ],
            },
        };
    }

    // Without a namespace selector, a pod selector means this namespace only.
    private static V1NetworkPolicyPeer OwnPods() => new() { PodSelector = new V1LabelSelector() };

    private static V1NetworkPolicyEgressRule Dns(NetworkOptions network) => new()
    {
        To =
        [
            new V1NetworkPolicyPeer
            {
                NamespaceSelector = Matching(network.DnsNamespaceLabels, "kubernetes.io/metadata.name", "kube-system"),
                PodSelector = Matching(network.DnsPodLabels, "k8s-app", "kube-dns"),
            },
        ],
        Ports = [Port("UDP", 53), Port("TCP", 53)],
    };

    private static V1NetworkPolicyEgressRule Allow(EgressRule rule, DeniedBlocks denied)
    {
        var block = IPNetwork.Parse(rule.Cidr);
        var except = denied.Within(block);
        return new V1NetworkPolicyEgressRule
        {
            To =
            [
                new V1NetworkPolicyPeer
                {
                    IpBlock = new V1IPBlock { Cidr = block.ToString(), Except = except.Count == 0 ? null : [.. except] },
                },
            ],
            Ports = rule.Ports.Count == 0 ? null : [.. rule.Ports.Select(p => Port(p.Protocol, p.Port))],
        };
    }

    private static V1NetworkPolicyPort Port(string protocol, int port) =>
        new() { Protocol = protocol, Port = port.ToString(CultureInfo.InvariantCulture) };

    private static V1LabelSelector Matching(IDictionary<string, string> labels, string defaultKey, string defaultValue) => new()
    {
        MatchLabels = labels.Count > 0
            ? new SortedDictionary<string, string>(labels, StringComparer.Ordinal)
            : new Dictionary<string, string> { [defaultKey] = defaultValue },
    };
}
