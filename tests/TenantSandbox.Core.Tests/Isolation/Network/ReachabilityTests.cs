using System.Net;
using TenantSandbox.Core.Isolation.Network;
using static TenantSandbox.Core.Tests.Isolation.Network.PolicySamples;

namespace TenantSandbox.Core.Tests.Isolation.Network;

public sealed class ReachabilityTests
{
    [Fact]
    public void Between_NoPolicySelects_AllIsOpen()
    {
        var open = Under(Policy("""{"podSelector":{"matchLabels":{"app":"other"}},"policyTypes":["Ingress","Egress"]}"""));

        Assert.Equal(PortSet.All, open.Between(Web, Db));
        Assert.Equal("any address at all ports", open.AllowedAddresses(Web, TrafficDirection.Egress).ToString());
    }

    [Theory]
    [InlineData("""{"podSelector":{}}""", false, true)]
    [InlineData("""{"podSelector":{},"policyTypes":[]}""", false, true)]
    [InlineData("""{"podSelector":{},"egress":[]}""", false, true)]
    [InlineData("""{"podSelector":{},"egress":[{"ports":[{"port":1}]}]}""", false, false)]
    [InlineData("""{"podSelector":{},"policyTypes":["Ingress"],"egress":[{"ports":[{"port":1}]}]}""", false, true)]
    [InlineData("""{"podSelector":{},"policyTypes":["Egress"]}""", true, false)]
    [InlineData("""{"podSelector":{},"policyTypes":["Egress"],"ingress":[]}""", true, false)]
    [InlineData("""{"podSelector":{},"policyTypes":["Ingress","Egress"]}""", false, false)]
    [InlineData("""{"policyTypes":["Ingress","Egress"]}""", false, false)]
    public void Allowed_PolicyTypes_DecideWhichDirectionIsIsolated(string spec, bool isIngressOpen, bool isEgressOpen)
    {
        var policies = Under(Policy(spec));

        Assert.Equal(isIngressOpen, policies.Allowed(Web, TrafficDirection.Ingress, Db).Equals(PortSet.All));
        Assert.Equal(isEgressOpen, policies.Allowed(Web, TrafficDirection.Egress, Db).Equals(PortSet.All));
    }

    [Theory]
    [InlineData("{}", "all ports", "all ports")]
    [InlineData("""{"from":[]}""", "all ports", "all ports")]
    [InlineData("""{"from":null,"ports":[]}""", "all ports", "all ports")]
    [InlineData("""{"from":[{"podSelector":{}}]}""", "all ports", "")]
    [InlineData("""{"from":[{"podSelector":{"matchLabels":{"app":"web"}}}]}""", "", "")]
    [InlineData("""{"from":[{"podSelector":{"matchExpressions":[{"key":"tier","operator":"DoesNotExist"}]}}]}""", "all ports", "")]
    [InlineData("""{"from":[{"namespaceSelector":{}}]}""", "all ports", "all ports")]
    [InlineData("""{"from":[{"namespaceSelector":{"matchLabels":{"team":"y"}}}]}""", "", "all ports")]
    [InlineData("""{"from":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"bank"}}}]}""", "", "all ports")]
    [InlineData("""{"from":[{"namespaceSelector":{},"podSelector":{"matchLabels":{"app":"web"}}}]}""", "", "all ports")]
    [InlineData("""{"from":[{"namespaceSelector":{"matchLabels":{"team":"y"}},"podSelector":{"matchLabels":{"app":"db"}}}]}""", "", "")]
    [InlineData("""{"from":[{"namespaceSelector":{"matchLabels":{"team":"y"}}},{"podSelector":{"matchLabels":{"app":"db"}}}]}""", "all ports", "all ports")]
    [InlineData("""{"from":[{"ipBlock":{"cidr":"0.0.0.0/0"}}]}""", "", "")]
    public void Allowed_Peers_AreSelectedByNamespaceAndLabels(string rule, string fromDb, string fromBank)
    {
        var policies = Under(Policy($$"""{"podSelector":{"matchLabels":{"app":"web"} },"ingress":[{{rule}}]}"""));

        Assert.Equal((fromDb, fromBank), ($"{policies.Allowed(Web, TrafficDirection.Ingress, Db)}", $"{policies.Allowed(Web, TrafficDirection.Ingress, BankWeb)}"));
    }

    [Theory]
    [InlineData("""[{"port":80}]""", "TCP 80")]
    [InlineData("""[{"port":80,"protocol":"UDP"},{"port":53,"protocol":"UDP"}]""", "UDP 53,80")]
    [InlineData("""[{"protocol":"SCTP"}]""", "any SCTP port")]
    [InlineData("""[{}]""", "any TCP port")]
    [InlineData("""[{"port":8000,"endPort":8080},{"port":8081}]""", "TCP 8000-8081")]
    [InlineData("""[{"port":"sql"}]""", "TCP 5432")]
    [InlineData("""[{"port":"sql","protocol":"UDP"}]""", "UDP 5433")]
    [InlineData("""[{"port":"missing"}]""", "")]
    public void Allowed_Ports_AreRangesOrNamesOfTheTarget(string ports, string expected)
    {
        var toDb = Under(Policy($$"""{"policyTypes":["Egress"],"egress":[{"ports": {{ports}} }]}"""));
        var atDb = Under(Policy($$"""{"ingress":[{"ports": {{ports}} }]}"""));

        Assert.Equal(expected, $"{toDb.Between(Web, Db)}");
        Assert.Equal(expected, $"{atDb.Between(Web, Db)}");
    }

    [Fact]
    public void Between_NamedPort_IsAnotherNumberInEachTarget()
    {
        var policies = Under(Policy("""{"policyTypes":["Egress"],"egress":[{"ports":[{"port":"http"}]}]}"""));

        Assert.Equal(("TCP 9090", "TCP 8080"), ($"{policies.Between(Web, Db)}", $"{policies.Between(Db, Web)}"));
        Assert.True(policies.AllowedAddresses(Web, TrafficDirection.Egress).IsEmpty);
    }

    [Fact]
    public void AllowedAddresses_BlocksOfSeveralPolicies_AddUp()
    {
        var policies = Under(
            Policy("""{"policyTypes":["Egress"],"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}],"ports":[{"port":443}]}]}"""),
            Policy("""{"policyTypes":["Egress"],"egress":[{"to":[{"ipBlock":{"cidr":"10.1.2.0/24"}},{"ipBlock":{"cidr":"fd00::/8"}}]}]}"""));

        var allowed = policies.AllowedAddresses(Web, TrafficDirection.Egress);

        Assert.Equal(
            ["TCP 443", "", "all ports", "all ports", ""],
            ((string[])["10.2.0.1", "10.1.3.1", "10.1.2.9", "fd00::1", "fe80::1"]).Select(a => $"{allowed.PortsAt(IPAddress.Parse(a))}"));
        Assert.Equal("any address at all ports", policies.AllowedAddresses(Web, TrafficDirection.Ingress).ToString());
    }

    [Fact]
    public void Between_BothEndsIsolated_NeedsRulesOfBoth()
    {
        var closed = Policy("""{"podSelector":{"matchLabels":{"app":"db"}},"ingress":[{"ports":[{"port":5432},{"port":80}]}]}""");
        var limited = Policy("""{"podSelector":{"matchLabels":{"app":"web"}},"policyTypes":["Egress"],"egress":[{"ports":[{"port":80},{"port":443}]}]}""");

        Assert.Equal("TCP 80", $"{Under(closed, limited).Between(Web, Db)}");
        Assert.Equal("TCP 80,5432", $"{Under(closed, limited).Between(BankWeb, Db)}");
    }

    [Fact]
    public void Allowed_PolicyOfAnotherNamespace_DoesNotSelect() => Assert.Equal(PortSet.All, Under(Policy("{}", "bank")).Allowed(Web, TrafficDirection.Ingress, Db));

    [Fact]
    public void Allowed_PodWithAddresses_IsAlsoMatchedByBlocks()
    {
        var policies = Under(Policy("""{"ingress":[{"from":[{"ipBlock":{"cidr":"10.244.0.0/16"}}]}]}"""));
        var addressed = Db with { Addresses = AddressSet.Parse("10.244.7.7/32") };

        Assert.Equal((PortSet.None, PortSet.All), (policies.Allowed(Web, TrafficDirection.Ingress, Db), policies.Allowed(Web, TrafficDirection.Ingress, addressed)));
    }
}
