using System.Net;
using System.Net.Sockets;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Probe;
using TenantSandbox.Core.Isolation.Verification;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Isolation;

/// <summary>Finds what a probe tries: what must be closed to every tenant, and what must be open.</summary>
internal sealed class ClusterTargets(ClusterConnections connections, ListenerControl control, SeenCache cache, IOptions<TenantSandboxOptions> options)
{
    private const int KubeletPort = 10250;
    private const int OtherPods = 5;
    private static readonly TimeSpan ServicesLifetime = TimeSpan.FromMinutes(5);

    /// <summary>Reads what the probes of a tenant have in common.</summary>
    /// <returns>The targets of the probe on a node; null for a node that isn't known.</returns>
    /// <exception cref="SandboxException">A call failed.</exception>
    public async Task<Func<V1Node?, IReadOnlyList<ProbeTarget>>> ReadAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var services = (await cache.GetAsync($"{tenant.ClusterId}/services", ServicesLifetime, () => ReadServicesAsync(tenant.ClusterId), cancellationToken)).Value
            ?? new ServiceAddresses(null, null);
        var listener = (await control.ProveAsync(tenant.ClusterId, cancellationToken)).Value?.Address;
        ProbeTarget[] closed =
        [
            Closed("instance-metadata", ProbeTargetKind.Http, "169.254.169.254", 80),
            Closed("wireserver", ProbeTargetKind.Tcp, "168.63.129.16", 80),
            Closed("wireserver-extensions", ProbeTargetKind.Tcp, "168.63.129.16", 32526),
            .. services.ApiServer is { } api ? [Closed("api-server", ProbeTargetKind.Tcp, api, 443)] : Array.Empty<ProbeTarget>(),
        ];
        ProbeTarget[] others =
        [
            .. listener is null ? Array.Empty<ProbeTarget>() : [ListenerManifest.Target(listener, ProbeExpectation.Closed, options.Value)],
            .. (await FindOtherPodsAsync(tenant, cancellationToken)).Take(1).Select(p => Closed("other-tenant", ProbeTargetKind.Tcp, p.Address, p.Port)),
            .. services.Dns is { } dns
                ? [Target("dns", ProbeTargetKind.UdpDns, dns, 53, ProbeExpectation.Open) with { DnsName = "kubernetes.default.svc.cluster.local" }]
                : Array.Empty<ProbeTarget>(),
            .. AllowList(tenant).Take(1).Select(a => Target($"{ProbeFacts.AllowListPrefix}-1", ProbeTargetKind.Tcp, a.Address, a.Port, ProbeExpectation.Open)),
        ];
        return node => [.. closed, .. Kubelet("kubelet", node, NodeAddresses.Internal), .. Kubelet("kubelet-public", node, NodeAddresses.External), .. others];
    }

    private IEnumerable<ProbeTarget> Kubelet(string name, V1Node? node, string type) =>
        NodeAddresses.Of(node, type).Take(1).Select(a => Closed(name, ProbeTargetKind.Tcp, a.ToString(), KubeletPort));

    private ProbeTarget Closed(string name, ProbeTargetKind kind, string address, int port) => Target(name, kind, address, port, ProbeExpectation.Closed);

    private ProbeTarget Target(string name, ProbeTargetKind kind, string address, int port, ProbeExpectation expected) =>
        new(name, kind, address, port, expected, options.Value.Verification.TargetMilliseconds);

    // Where workloads have rules of their own, the probe, which is of no workload, has none of them.
    private static IEnumerable<(string Address, int Port)> AllowList(DesiredTenant tenant) => WorkloadPolicyManifest.AreUsed(tenant.Spec)
        ? []
        : from rule in tenant.Spec.EgressAllowList
          where rule.Cidr is not null
          let block = IPNetwork.Parse(rule.Cidr!)
          from port in rule.Ports
          where port.Protocol == "TCP"
          select (FirstHost(block), port.Port);

    private static string FirstHost(IPNetwork block)
    {
        var bytes = block.BaseAddress.GetAddressBytes();
        // The first address of a block is often that of the network itself.
        bytes[^1] += (byte)(block.PrefixLength < bytes.Length * 8 - 1 ? 1 : 0);
        return new IPAddress(bytes).ToString();
    }

    private async Task<ServiceAddresses> ReadServicesAsync(string clusterId)
    {
        var api = await connections.FindAsync(
            clusterId, "read Service default/kubernetes", client => client.CoreV1.ReadNamespacedServiceAsync("kubernetes", "default"), CancellationToken.None);
        var selector = string.Join(',', NetworkPolicyManifest.DnsPodLabels(options.Value.Network).Select(l => $"{l.Key}={l.Value}"));
        var ns = NetworkPolicyManifest.DnsNamespaceLabels(options.Value.Network).TryGetValue(Labels.NamespaceName, out var name) ? name : "kube-system";
        var dns = await connections.CallAsync(
            clusterId, "list the Services of the DNS", client => client.CoreV1.ListNamespacedServiceAsync(ns, labelSelector: selector), CancellationToken.None);
        return new ServiceAddresses(AddressOf(api), dns.Items.Select(AddressOf).FirstOrDefault(a => a is not null));
    }

    private static string? AddressOf(V1Service? service) =>
        IPAddress.TryParse(service?.Spec?.ClusterIP, out var address) && address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 ? address.ToString() : null;

    private async Task<IEnumerable<(string Address, int Port)>> FindOtherPodsAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var pods = await connections.CallAsync(
            tenant.ClusterId,
            "list pods of other tenants",
            client => client.CoreV1.ListPodForAllNamespacesAsync(
                fieldSelector: "status.phase=Running", labelSelector: $"{Labels.Workload},{Labels.Tenant}!={tenant.TenantId}", limit: OtherPods,
                cancellationToken: cancellationToken),
            cancellationToken);
        return pods.Items
            .Where(p => p.Metadata.NamespaceProperty != NamespaceManifest.NameOf(tenant.TenantId) && IPAddress.TryParse(p.Status?.PodIP, out _))
            .Select(p => (IPAddress.Parse(p.Status.PodIP).ToString(), p.Spec.Containers.SelectMany(c => c.Ports ?? []).FirstOrDefault()?.ContainerPort ?? 80));
    }

    private sealed record ServiceAddresses(string? ApiServer, string? Dns);
}
