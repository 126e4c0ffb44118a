using System.Text.Json.Nodes;
using CsCheck;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Network;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

/// <summary>
/// What random allow lists open on clusters with random ranges, as Core's evaluator reads the rendered policies. A failure prints the seed.
/// </summary>
public sealed class ClosedNetworkPropertyTests
{
    // Written out once more: the table of the code isn't its own judge. IPv6 is open in 2000::/3 only, and in private blocks that are allowed.
    private static readonly string[] AlwaysClosed =
    [
        "0.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/32", "2002::/16", "::/3", "4000::/2", "8000::/2", "c000::/3", "e000::/4", "f000::/5", "f800::/6", "fe00::/7",
    ];

    private static readonly string[] PrivateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

    private static readonly Gen<string> Near = Gen.OneOfConst(
        "10.0.0.0", "10.244.0.0", "10.50.3.7", "100.64.0.0", "127.0.0.1", "168.63.129.16", "169.254.169.254", "172.16.9.0", "192.168.0.0", "203.0.113.77",
        "224.0.0.1", "255.255.255.255", "8.8.8.8", "198.51.100.10", "::1", "64:ff9b::a9fe:a9fe", "2001::1", "2001:db8::5", "2002:a9fe:a9fe::", "2603:1020::1",
        "3fff::1", "4000::", "fd00:50::1", "fe80::1", "ff02::1");

    private static readonly Gen<string> Block = Gen.Select(Near, Gen.Int[0, 128]).Select((address, length) =>
        AddressSet.Parse($"{address}/{(address.Contains(':', StringComparison.Ordinal) ? length : length % 33)}").ToBlocks()[0]);

    private static readonly Gen<string> SmallBlock = Gen.Select(Near, Gen.Int[12, 32]).Select((address, length) =>
        AddressSet.Parse($"{address}/{(address.Contains(':', StringComparison.Ordinal) ? length * 4 : length)}").ToBlocks()[0]);

    private static readonly Gen<string> AllowedPrivate = Gen.OneOfConst("10.50.0.0/16", "10.0.0.0/9", "172.16.0.0/12", "192.168.4.0/22", "fd00:50::/32", "fc00::/7");

    private static readonly Gen<EgressRule> Rule = Gen.Select(
        Block, Gen.Select(Gen.OneOfConst(53, 443, 10250), Gen.OneOfConst("TCP", "UDP"), (port, protocol) => new WorkloadPort(port, protocol)).List[0, 2],
        (block, ports) => new EgressRule(block, [.. ports.Distinct()]));

    private static readonly Gen<Installation> Installations = Gen.Select(
        Rule.List[0, 5], SmallBlock.List[0, 5], SmallBlock.List[0, 2], AllowedPrivate.List[0, 2], Gen.Bool,
        (rules, cluster, denied, allowed, ofWorkload) => new Installation([.. rules.DistinctBy(r => r.Cidr)], [.. cluster], [.. denied], [.. allowed], ofWorkload));

    [Fact]
    public void Policies_AnyAllowList_OpenExactlyWhatIsListedAndNotClosed() => Installations.Sample(
        installation =>
        {
            var closed = installation.Closed;
            var expected = installation.Rules.Aggregate(
                AddressPortSet.Empty, (all, r) => all.Union(AddressPortSet.Of(AddressSet.Parse(r.Cidr!).Except(closed), PortsOf(r))));

            var opened = Opened(installation, installation.Rules.Where(r => !closed.Covers(AddressSet.Parse(r.Cidr!))));

            Assert.True(opened.Except(expected).IsEmpty, $"closed, but open: {opened.Except(expected)}");
            Assert.True(expected.Except(opened).IsEmpty, $"listed, but closed: {expected.Except(opened)}");
        },
        iter: 150);

    [Fact]
    public void Policies_BlockThatIsClosedAsAWhole_AreRefused() => Installations.Sample(
        installation =>
        {
            foreach (var rule in installation.Rules.Where(r => installation.Closed.Covers(AddressSet.Parse(r.Cidr!))))
            {
                Assert.Equal("EgressDenied", Assert.Throws<InvalidException>(() => Opened(installation, [rule])).Code);
            }
        },
        iter: 100);

    [Fact]
    public void HostPolicies_AnyCluster_DenyExactlyWhatIsClosed() => Installations.Sample(
        installation =>
        {
            var options = installation.Options;
            options.Clusters.Add(new ClusterOptions { Id = Sample.Tenant.ClusterId, EgressByHostName = true });
            var tenant = Sample.Placed("acme", [Sample.Web], [new EgressRule(null, [new WorkloadPort(443)], Host: "*.example.com")]);

            var policy = Assert.Single(TenantManifests.Guardrails(tenant, options, new(installation.Cluster)).OfType<CiliumNetworkPolicy>());

            Assert.Equal(installation.Closed, AddressSet.Union(policy.Spec!.EgressDeny.SelectMany(d => d.ToCidr).Select(AddressSet.Parse)));
        },
        iter: 100);

    private static AddressPortSet Opened(Installation installation, IEnumerable<EgressRule> rules)
    {
        EgressRule[] list = [.. rules];
        var tenant = installation.OfWorkload
            ? Sample.Placed("acme", [Sample.Web with { EgressAllowList = list }])
            : Sample.Placed("acme", [Sample.Web], list);
        var guardrails = TenantManifests.Guardrails(tenant, installation.Options, new(installation.Cluster));
        var policies = guardrails.OfType<V1NetworkPolicy>().Select(p => NetworkPolicyReader.Read(ToJson(p))).ToArray();
        Assert.All(policies, p => Assert.Null(p.Unreadable));
        var pod = NetworkPod.Read(ToJson(TenantManifests.Workloads(tenant, installation.Options)[0])) with { Namespace = NamespaceManifest.NameOf(tenant.TenantId) };
        return new Reachability(policies, []).AllowedAddresses(pod, TrafficDirection.Egress);
    }

    private static PortSet PortsOf(EgressRule rule) => rule.Ports.Count == 0
        ? PortSet.All
        : rule.Ports.Aggregate(PortSet.None, (all, p) => all.Union(PortSet.Of(p.Protocol == "TCP" ? TransportProtocol.Tcp : TransportProtocol.Udp, p.Port, p.Port)));

    private static JsonObject ToJson(object item) => JsonNode.Parse(KubernetesJson.Serialize(item))!.AsObject();

    private sealed record Installation(
        IReadOnlyList<EgressRule> Rules, IReadOnlyList<string> Cluster, IReadOnlyList<string> Denied, IReadOnlyList<string> AllowedPrivate, bool OfWorkload)
    {
        public AddressSet Closed => Set(AlwaysClosed).Union(Set(Cluster)).Union(Set(Denied)).Union(Set(PrivateBlocks).Except(Set(AllowedPrivate)));

        public TenantSandboxOptions Options
        {
            get
            {
                var options = Sample.Options;
                options.Clusters.Clear();
                foreach (var block in Denied)
                {
                    options.Network.DeniedCidrs.Add(block);
                }

                foreach (var block in AllowedPrivate)
                {
                    options.Network.AllowedPrivateCidrs.Add(block);
                }

                return options;
            }
        }

        public override string ToString() =>
            $"rules {string.Join(' ', Rules.Select(r => r.Cidr))}, cluster {string.Join(' ', Cluster)}, denied {string.Join(' ', Denied)}, private {string.Join(' ', AllowedPrivate)}, {OfWorkload}";

        private static AddressSet Set(IEnumerable<string> blocks) => AddressSet.Union(blocks.Select(AddressSet.Parse));
    }
}
