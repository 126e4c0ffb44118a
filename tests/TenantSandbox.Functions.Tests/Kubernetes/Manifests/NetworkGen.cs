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
    private static readonly Gen<string> Block = Gen.OneOfConst("0.0.0.0/0", "::/0", "168.63.0.0/16", "203.0.113.0/24", "10.0.0.0/7", "128.0.0.0/1", "2000::/3");

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

    private static readonly Gen<string> Services = Gen.OneOfConst(
        "", "\"services\":[{\"ports\":[{\"name\":\"main\",\"port\":80,\"targetPort\":\"main\",\"appProtocol\":\"http\"}]}]",
        "\"services\":[{\"ports\":[{\"name\":\"main\",\"port\":80,\"targetPort\":8080},{\"port\":53,\"protocol\":\"UDP\"}],\"sessionAffinity\":\"ClientIP\"},{\"name\":\"more\",\"ports\":[{\"port\":443}]}]",
        "\"services\":[{\"type\":\"LoadBalancer\",\"internal\":true,\"ports\":[{\"name\":\"main\",\"port\":443,\"targetPort\":\"main\"}]}]",
        "\"services\":[{\"type\":\"NodePort\",\"ports\":[{\"name\":\"main\",\"port\":443,\"targetPort\":\"main\"}]}]");

    private static readonly Gen<string> IngressJson = Gen.OneOfConst(
        "", "\"ingress\":{\"from\":[]}",
        "\"ingress\":{\"from\":[{\"source\":\"gateway\",\"ports\":[{\"port\":\"main\"}]},{\"workload\":\"shop\"},{\"cidr\":\"203.0.113.0/24\",\"ports\":[{\"port\":53,\"protocol\":\"UDP\"}]}]}");

    private static readonly Gen<string> EgressJson = Gen.OneOfConst(
        "", "\"egressAllowList\":[]",
        "\"egressAllowList\":[{\"cidr\":\"0.0.0.0/0\"},{\"workload\":\"shop\",\"ports\":[{\"port\":80}]},{\"host\":\"*.example.com\",\"ports\":[{\"port\":443}]}]");

    private static readonly Gen<string> ExposeJson = Gen.OneOfConst(
        "", "\"expose\":{\"hosts\":[\"shop.example.com\",\"acme.example.com\"],\"paths\":[\"/api\",\"/\"],\"port\":\"main\"}");

    /// <summary>What a workload with a port <c>main</c> has beside its template, as JSON; nothing in most cases, to keep them cheap.</summary>
    public static readonly Gen<string> Properties = Gen.Select(Gen.Int[0, 9], Services, IngressJson, EgressJson, ExposeJson, (dice, services, ingress, egress, expose) =>
        dice > 0 ? "{}" : $"{{{string.Join(',', new[] { services, ingress, egress, expose }.Where(p => p.Length > 0))}}}");

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
            options.Network.HostNames.Add("*.example.com");
            return options;
        }
    }
}
