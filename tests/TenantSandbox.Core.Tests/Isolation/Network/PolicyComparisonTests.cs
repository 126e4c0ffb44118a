using TenantSandbox.Core.Isolation.Network;
using static TenantSandbox.Core.Tests.Isolation.Network.PolicySamples;

namespace TenantSandbox.Core.Tests.Isolation.Network;

public sealed class PolicyComparisonTests
{
    private static readonly NetworkPolicy[] Baseline =
    [
        Policy("""
            {"podSelector":{},"policyTypes":["Ingress","Egress"],
             "ingress":[{"from":[{"podSelector":{}}]}],
             "egress":[
              {"to":[{"podSelector":{}}]},
              {"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}],"ports":[{"port":53,"protocol":"UDP"}]},
              {"to":[{"ipBlock":{"cidr":"203.0.113.0/24"}}],"ports":[{"port":443}]}]}
            """),
    ];

    [Theory]
    [InlineData("""{"podSelector":{},"ingress":[{}]}""", "ingress from any address at all ports|ingress from all pods of all namespaces at all ports")]
    [InlineData("""{"policyTypes":["Egress"],"egress":[{"to":[{"ipBlock":{"cidr":"169.254.169.254/32"}}],"ports":[{"port":80}]}]}""", "egress to 169.254.169.254/32 at TCP 80")]
    [InlineData(
        """{"policyTypes":["Egress"],"egress":[{"to":[{"ipBlock":{"cidr":"203.0.112.0/23"}}],"ports":[{"port":443},{"port":80}]}]}""",
        "egress to 203.0.113.0/24 at TCP 80|egress to 203.0.112.0/24 at TCP 80,443")]
    [InlineData("""{"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"team":"y"}}}],"ports":[{"port":"http"}]}]}""", "ingress from all pods of namespaces team=y at TCP 8080")]
    [InlineData("""{"policyTypes":["Egress"],"egress":[{"to":[{"namespaceSelector":{},"podSelector":{"matchLabels":{"app":"db"}}}],"ports":[{"port":"sql"}]}]}""", "egress to pods app=db of all namespaces at any TCP port")]
    [InlineData(
        """{"policyTypes":["Egress"],"egress":[{"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}],"ports":[{"port":50,"endPort":60,"protocol":"UDP"}]}]}""",
        "egress to pods k8s-app=kube-dns of namespace kube-system at UDP 50-52,54-60")]
    public void FindHoles_OpensMore_NamesPeerAndPorts(string spec, string expected) =>
        Assert.Equal(expected.Split('|'), PolicyComparison.FindHoles(Baseline, [Policy(spec)], [Web]).Select(h => h.ToString()));

    [Theory]
    [InlineData("""{"podSelector":{},"policyTypes":["Ingress","Egress"]}""")]
    [InlineData("""{"ingress":[{"from":[{"podSelector":{"matchLabels":{"app":"db"}}}],"ports":[{"port":80}]}]}""")]
    [InlineData("""{"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"shop"}}}]}]}""")]
    [InlineData("""{"policyTypes":["Egress"],"egress":[{"to":[{"ipBlock":{"cidr":"203.0.113.64/26"}}],"ports":[{"port":443}]}]}""")]
    [InlineData("""{"podSelector":{"matchLabels":{"app":"other"}},"ingress":[{}]}""")]
    public void FindHoles_OpensNothingMore_IsEmpty(string spec) => Assert.Empty(PolicyComparison.FindHoles(Baseline, [Policy(spec)], [Web, Db]));

    [Fact]
    public void FindHoles_TwoPodsWithTheSameHole_NameItOnce()
    {
        var open = Policy("""{"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8"}}]}]}""", name: "open");

        var hole = Assert.Single(PolicyComparison.FindHoles(Baseline, [open], [Web, Db]));

        Assert.Equal(("NetworkPolicy shop/open", TrafficDirection.Ingress, "10.0.0.0/8"), (hole.Policy.ToString(), hole.Direction, $"{hole.Addresses}"));
    }

    [Fact]
    public void FindHoles_UnreadablePolicy_OpensEverythingWithTheReason()
    {
        var holes = PolicyComparison.FindHoles(Baseline, [Policy("""{"egress":[{"toFQDNs":[]}]}""")], [Web]);

        // The allowed block is a hole of its own: it is opened for other ports than the rest.
        Assert.Equal(5, holes.Count);
        Assert.All(holes, h => Assert.Equal("the field toFQDNs is not known", h.Policy.Unreadable));
    }

    [Fact]
    public void FindHoles_PodThatTheBaselineLeavesOpen_HasNone() =>
        Assert.Empty(PolicyComparison.FindHoles(Baseline, [Policy("""{"ingress":[{}]}""", "bank")], [BankWeb]));
}
