using CsCheck;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Network;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

/// <summary>Random tenants whose workloads have Services, policies and host names, and an installation that allows all of it.</summary>
internal static class NetworkGen
{
    private const int Workloads = 3;

    private static readonly Gen<WorkloadPort> Port = Gen.Select(Gen.OneOfConst(53, 80, 443, 8080), Gen.OneOfConst("TCP", "UDP"), (p, proto) => new WorkloadPort(p, proto));
    private static readonly Gen<IReadOnlyList<WorkloadPort>> Ports = Port.List[0, 2].Select(p => (IReadOnlyList<WorkloadPort>)[.. p.Distinct()]);
    private static readonly Gen<string> Name = Gen.Int[0, Workloads - 1].Select(i => $"w{i}");
    private static readonly Gen<string> Block = Gen.OneOfConst("0.0.0.0/0", "::/0", "168.63.0.0/16", "203.0.113.0/24", "10.0.0.0/7", "128.0.0.0/1", "fe00::/7");

    private static readonly Gen<EgressRule> Egress = Gen.OneOf(
        Gen.Select(Block, Ports, (cidr, ports) => new EgressRule(cidr, ports)),
        Gen.Select(Name, Ports, (name, ports) => new EgressRule(null, ports, Workload: name)),
        Gen.Select(Gen.OneOfConst("evil.example.com", "*.example.com", "a*b.example.org"), Port, (host, port) => new EgressRule(null, [port], Host: host)));

    private static readonly Gen<IReadOnlyList<EgressRule>> EgressList = Egress.List[0, 3].Select(r => (IReadOnlyList<EgressRule>)[.. r.DistinctBy(x => x.Destination)]);

    private static readonly Gen<IngressSource> Source = Gen.OneOf(
        Gen.Select(Block, Ports, (cidr, ports) => new IngressSource(ports, Cidr: cidr)),
        Gen.Select(Name, Ports, (name, ports) => new IngressSource(ports, Workload: name)),
        Ports.Select(ports => new IngressSource(ports, Source: "gateway")));

    private static readonly Gen<WorkloadSpec> Workload = Gen.Select(
        Source.List[0, 3], Gen.Bool, EgressList, Gen.Bool, Gen.Bool, Gen.OneOfConst(ServiceType.ClusterIP, ServiceType.NodePort, ServiceType.LoadBalancer)).Select(
        (from, hasIngress, egress, hasEgress, isExposed, type) => Sample.Web with
        {
            Services = [new ServiceSpec("any", [new ServicePortSpec(80, TargetPort: "8080")], type)],
            Ingress = hasIngress ? new IngressSpec([.. from.DistinctBy(f => f.Source ?? f.Workload ?? f.Cidr)]) : null,
            EgressAllowList = hasEgress ? egress : null,
            Expose = isExposed ? new Exposure(["shop.example.com"], [], "any", 80) : null,
        });

    public static readonly Gen<DesiredTenant> Tenant = Gen.Select(Workload.List[Workloads, Workloads], EgressList).Select((workloads, egress) => Sample.Placed(
        "acme",
        [
            .. workloads.Select((w, i) => w with
            {
                Name = $"w{i}",
                Services = [.. w.Services!.Select(s => s with { Name = $"s{i}" })],
                Expose = w.Expose is { } e ? e with { Hosts = [$"w{i}.example.com"], Service = $"s{i}" } : null,
            }),
        ],
        egress));

    public static TenantSandboxOptions Options
    {
        get
        {
            var options = new TenantSandboxOptions();
            options.Clusters.Add(new ClusterOptions { Id = "west-1", EgressByHostName = true });
            options.Network.Sources["gateway"] = new IngressSourceOptions { Namespace = "gateways", PodLabels = { ["app"] = "envoy" } };
            options.Network.Gateway = new GatewayOptions { Namespace = "gateways", Name = "public", SectionName = "https", Source = "gateway" };
            options.Network.IngressCidrs.Add("0.0.0.0/0");
            options.Network.IngressCidrs.Add("::/0");
            options.Network.LoadBalancers = LoadBalancerRule.Any;
            options.Network.AllowNodePorts = true;
            return options;
        }
    }
}
