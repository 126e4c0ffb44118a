using CsCheck;
using k8s;
using k8s.Models;
using TenantSandbox.AksTwin.Kubernetes;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Network;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using CiliumPolicy = TenantSandbox.Functions.Kubernetes.Manifests.CiliumNetworkPolicy;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

/// <summary>What the rendered policies of random tenants let through, as a packet filter decides it.</summary>
public sealed class NetworkPropertyTests
{
    private static readonly string[] ClusterRanges = ["10.244.0.0/16", "10.0.0.0/16", "10.224.0.0/16"];
    private static readonly int[] SomePorts = [53, 80, 443, 8080, 12345];
    private static readonly string[] Protocols = ["TCP", "UDP"];

    // Every name that a rule of the generator can match, all under the control of the tenant.
    private static readonly string[] Names = ["evil.example.com", "x.example.com", "axb.example.org"];
    private static readonly string[] Never = ["169.254.169.254", "169.254.0.1", "168.63.129.16", "fe80::1", "10.0.0.1", "10.244.7.7", "10.224.0.4"];

    private static readonly PacketEnd Stranger = new("10.244.9.1", "tenant-other", new Dictionary<string, string> { [Labels.Workload] = "w0", ["app"] = "envoy", ["k8s-app"] = "kube-dns" });
    private static readonly PacketEnd Dns = new("10.244.0.2", "kube-system", new Dictionary<string, string> { ["k8s-app"] = "kube-dns" });
    private static readonly PacketEnd Gateway = new("10.244.0.3", "gateways", new Dictionary<string, string> { ["app"] = "envoy" });
    private static readonly PacketEnd BesideGateway = new("10.244.0.4", "gateways", new Dictionary<string, string> { ["app"] = "other" });

    [Fact]
    public void Policies_AnyTenant_LetNoOtherTenantInOrOut() => Sample((_, filter, pod, port, protocol) =>
    {
        Assert.False(filter.AllowsEgress(pod, Stranger, port, protocol), $"{pod} reaches another tenant at {port}/{protocol}");
        Assert.False(filter.AllowsIngress(Stranger, pod, port, protocol), $"another tenant reaches {pod} at {port}/{protocol}");
        Assert.False(filter.AllowsIngress(BesideGateway, pod, port, protocol), $"a pod beside the gateway reaches {pod} at {port}/{protocol}");
        Assert.False(filter.AllowsIngress(Dns, pod, port, protocol), $"DNS reaches {pod} at {port}/{protocol}");
    });

    [Fact]
    public void Policies_AnyTenant_NeverReachDeniedAddresses() => Sample((_, filter, pod, port, protocol) =>
    {
        foreach (var address in Never)
        {
            Assert.False(filter.AllowsEgress(pod, new PacketEnd(address, Names: Names), port, protocol), $"{pod} reaches {address} at {port}/{protocol}");
            Assert.False(filter.AllowsIngress(new PacketEnd(address), pod, port, protocol), $"{address} reaches {pod} at {port}/{protocol}");
        }
    });

    [Fact]
    public void Policies_AnyTenant_OpenExactlyWhatTheSpecSays() => Sample((tenant, filter, pod, port, protocol) =>
    {
        var workload = tenant.Spec.Workloads.Single(w => w.Name == pod.Labels![Labels.Workload]);
        var egress = workload.EgressAllowList ?? tenant.Spec.EgressAllowList;
        var outside = new PacketEnd("203.0.113.9", Names: ["x.example.com"]);
        Assert.Equal(port == 53, filter.AllowsEgress(pod, Dns, port, protocol));
        Assert.Equal(
            egress.Any(r => Has(r.Ports, port, protocol) && (r.Host == "*.example.com" || r.Cidr is "0.0.0.0/0" or "203.0.113.0/24" or "128.0.0.0/1")),
            filter.AllowsEgress(pod, outside, port, protocol));
        Assert.Equal(
            workload.Ingress?.From.Any(f => Has(f.Ports, port, protocol) && f.Cidr is "0.0.0.0/0" or "203.0.113.0/24" or "128.0.0.0/1") == true,
            filter.AllowsIngress(outside, pod, port, protocol));
        Assert.Equal(
            (workload.Expose is not null && (port, protocol) == (8080, "TCP")) || workload.Ingress?.From.Any(f => f.Source is not null && Has(f.Ports, port, protocol)) == true,
            filter.AllowsIngress(Gateway, pod, port, protocol));
        foreach (var other in PodsOf(tenant))
        {
            var name = other.Labels![Labels.Workload];
            Assert.Equal(
                egress.All(r => r.Workload is null) || egress.Any(r => r.Workload == name && Has(r.Ports, port, protocol)),
                filter.AllowsEgress(pod, other, port, protocol));
            Assert.Equal(
                workload.Ingress is not { } ingress || ingress.From.Any(f => f.Workload == name && Has(f.Ports, port, protocol)),
                filter.AllowsIngress(other, pod, port, protocol));
        }
    });

    [Fact]
    public void Objects_AnyTenant_AreWellFormedForTheTwin() => NetworkGen.Tenant.Sample(tenant =>
    {
        if (Render(tenant) is not { } guardrails)
        {
            return;
        }

        var options = NetworkGen.Options;
        TwinCheck.IsWellFormed(Kinds.NetworkPolicies, guardrails.OfType<V1NetworkPolicy>());
        TwinCheck.IsWellFormed(Kinds.CiliumNetworkPolicies, guardrails.OfType<CiliumPolicy>());
        TwinCheck.IsWellFormed(Kinds.Services, TenantManifests.Services(tenant, options));
        TwinCheck.IsWellFormed(Kinds.HttpRoutes, TenantManifests.Routes(tenant, options));
        var quota = QuotaManifest.Quota(tenant, options).Spec.Hard;
        var types = tenant.Spec.Workloads.SelectMany(w => w.Services!).Select(s => s.Type).ToArray();
        Assert.Equal(types.Count(t => t == ServiceType.LoadBalancer), quota["services.loadbalancers"].ToDecimal());
        Assert.Equal(types.Count(t => t != ServiceType.ClusterIP), quota["services.nodeports"].ToDecimal());
    });

    private static bool Has(IReadOnlyList<WorkloadPort> ports, int port, string protocol) => ports.Count == 0 || ports.Contains(new WorkloadPort(port, protocol));

    private static void Sample(Action<DesiredTenant, PacketFilter, PacketEnd, int, string> check) => NetworkGen.Tenant.Sample(tenant =>
    {
        if (Render(tenant) is not { } guardrails)
        {
            return;
        }

        var filter = new PacketFilter([.. guardrails.OfType<V1NetworkPolicy>()], [.. guardrails.OfType<CiliumPolicy>()]);
        foreach (var pod in PodsOf(tenant))
        {
            foreach (var port in SomePorts)
            {
                foreach (var protocol in Protocols)
                {
                    check(tenant, filter, pod, port, protocol);
                }
            }
        }
    });

    /// <summary>Null for a tenant that is refused because of a block that is denied as a whole.</summary>
    private static IReadOnlyList<IKubernetesObject<V1ObjectMeta>>? Render(DesiredTenant tenant)
    {
        try
        {
            return TenantManifests.Guardrails(tenant, NetworkGen.Options, new(ClusterRanges));
        }
        catch (InvalidException e) when (e.Code is "EgressDenied" or "IngressDenied")
        {
            return null;
        }
    }

    private static IEnumerable<PacketEnd> PodsOf(DesiredTenant tenant) => tenant.Spec.Workloads.Select((w, i) => new PacketEnd(
        $"10.244.1.{i}", NamespaceManifest.NameOf(tenant.TenantId), new Dictionary<string, string> { [Labels.Workload] = w.Name }));
}
