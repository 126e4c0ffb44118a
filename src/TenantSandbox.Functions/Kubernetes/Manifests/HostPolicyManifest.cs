using System.Globalization;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// A policy of Cilium for each workload that may connect to host names, beside its network policy: the two add up. It opens the addresses
/// that the names lead to, except denied ones: who owns a name can let it lead anywhere.
/// </summary>
internal static class HostPolicyManifest
{
    /// <summary>Cilium's label for the labels of a pod's namespace.</summary>
    private const string NamespaceLabel = "k8s:io.cilium.k8s.namespace.labels.";

    /// <exception cref="InvalidException">Code <c>EgressHostsUnavailable</c>: the cluster can't enforce such rules.</exception>
    public static IReadOnlyList<CiliumNetworkPolicy> Policies(DesiredTenant tenant, TenantSandboxOptions options, ClusterNetwork network, DeniedBlocks denied)
    {
        var policies = tenant.Spec.Workloads
            .Select(w => (Workload: w, Rules: WorkloadPolicyManifest.EgressOf(w, tenant).Where(r => r.Host is not null).ToArray()))
            .Where(w => w.Rules.Length > 0)
            .Select(w => Policy(w.Workload, w.Rules, tenant, options, denied))
            .ToArray();
        return policies.Length == 0 || FindUnavailable(tenant.ClusterId, options, network) is not { } unavailable ? policies : throw unavailable;
    }

    /// <summary>Why a cluster can't allow egress by host name; null if it can.</summary>
    public static InvalidException? FindUnavailable(string clusterId, TenantSandboxOptions options, ClusterNetwork network) =>
        !options.AllowsEgressByHostName(clusterId) ? NotConfigured(clusterId)
        // Cilium's DNS proxy doesn't see the answers of LocalDNS, and the denial of link-local addresses would close LocalDNS itself.
        : network.HasLocalDns ? new(
            "EgressHostsUnavailable",
            $"cluster {clusterId} can't allow egress by host name, because an agent pool has LocalDNS. Set the mode of its localDNSProfile to Disabled, or give blocks")
        : null;

    private static InvalidException NotConfigured(string clusterId) => new(
        "EgressHostsUnavailable",
        $"cluster {clusterId} can't allow egress by host name: that takes Azure CNI powered by Cilium with Advanced Container Networking Services. "
        + $"If the cluster has them, set {TenantSandboxOptions.Section}__Clusters__<n>__EgressByHostName; else give blocks");

    private static CiliumNetworkPolicy Policy(
        WorkloadSpec workload, IReadOnlyList<EgressRule> rules, DesiredTenant tenant, TenantSandboxOptions options, DeniedBlocks denied)
    {
        var metadata = NamespaceManifest.Metadata(WorkloadPolicyManifest.NameOf(workload), tenant, options);
        metadata.Labels[Labels.Workload] = workload.Name;
        CiliumHost[] hosts = [.. rules.Select(r => CiliumHost.Of(r.Host!))];
        return new CiliumNetworkPolicy
        {
            Metadata = metadata,
            Spec = new CiliumPolicySpec(
                new V1LabelSelector { MatchLabels = WorkloadManifest.Selector(workload) },
                [
                    Dns(options.Network, hosts),
                    .. rules.Zip(hosts, (rule, host) => new CiliumEgressRule(null, [host], [new CiliumPortRule([.. rule.Ports.Select(Port)])])),
                ],
                [new CiliumEgressDenyRule(denied.ToEgress)]),
        };
    }

    // Cilium learns a name's addresses from the answers that its DNS proxy sees, and only a DNS rule sends queries there. The network
    // policy allows all names already, so this rule opens none.
    private static CiliumEgressRule Dns(NetworkOptions network, IReadOnlyList<CiliumHost> hosts)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in NetworkPolicyManifest.DnsNamespaceLabels(network))
        {
            labels[NamespaceLabel + key] = value;
        }

        foreach (var (key, value) in NetworkPolicyManifest.DnsPodLabels(network))
        {
            labels[$"k8s:{key}"] = value;
        }

        return new CiliumEgressRule(
            [new V1LabelSelector { MatchLabels = labels }],
            null,
            [new CiliumPortRule([new CiliumPort("53", "UDP"), new CiliumPort("53", "TCP")], new CiliumLayer7Rules(hosts))]);
    }

    private static CiliumPort Port(WorkloadPort port) => new(port.Port.ToString(CultureInfo.InvariantCulture), port.Protocol);
}
