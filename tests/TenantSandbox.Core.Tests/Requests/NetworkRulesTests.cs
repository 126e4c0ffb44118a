using System.Text;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Network;

namespace TenantSandbox.Core.Tests.Requests;

/// <summary>What an installation allows in the network, and what its bounds refuse.</summary>
public sealed class NetworkRulesTests
{
    private static readonly NetworkRules Some = new(
        ["*.apps.example.com", "{tenant}.example.com"], ["gateway"], ["203.0.113.0/24"], LoadBalancerRule.Internal, false, false, ["10.50.0.0/16", "fd00:50::/32"]);

    [Theory]
    [InlineData("""{"services":[{"type":"LoadBalancer","ports":[{"port":80}]}]}""", "services/0/type forbidden", "")]
    [InlineData("""{"services":[{"type":"LoadBalancer","internal":true,"ports":[{"port":80}]}]}""", "services/0/type forbidden", "")]
    [InlineData("""{"services":[{"type":"LoadBalancer","internal":false,"ports":[{"port":80}]}]}""", "services/0/type forbidden", "services/0/internal forbidden")]
    [InlineData("""{"services":[{"type":"NodePort","ports":[{"port":80}]}]}""", "services/0/type forbidden", "services/0/type forbidden")]
    [InlineData("""{"ingress":{"from":[{"source":"gateway"}]}}""", "ingress/from/0/source unknown", "")]
    [InlineData("""{"ingress":{"from":[{"source":"other"}]}}""", "ingress/from/0/source unknown", "ingress/from/0/source unknown")]
    [InlineData("""{"ingress":{"from":[{"cidr":"203.0.113.128/25"}]}}""", "ingress/from/0/cidr forbidden", "")]
    [InlineData("""{"ingress":{"from":[{"cidr":"203.0.112.0/23"}]}}""", "ingress/from/0/cidr forbidden", "ingress/from/0/cidr forbidden")]
    [InlineData("""{"egressAllowList":[{"cidr":"10.50.1.0/24"}]}""", "egressAllowList/0/cidr forbidden", "")]
    [InlineData("""{"egressAllowList":[{"cidr":"10.0.0.0/8"}]}""", "egressAllowList/0/cidr forbidden", "")]
    [InlineData("""{"egressAllowList":[{"cidr":"10.51.0.0/16"}]}""", "egressAllowList/0/cidr forbidden", "egressAllowList/0/cidr forbidden")]
    [InlineData("""{"egressAllowList":[{"cidr":"8.0.0.0/6"},{"cidr":"172.16.0.0/12"}]}""", "egressAllowList/1/cidr forbidden", "egressAllowList/1/cidr forbidden")]
    [InlineData("""{"egressAllowList":[{"cidr":"192.168.1.0/24"}]}""", "egressAllowList/0/cidr forbidden", "egressAllowList/0/cidr forbidden")]
    [InlineData("""{"egressAllowList":[{"cidr":"fd00:50:1::/48"},{"cidr":"8000::/1"}]}""", "egressAllowList/0/cidr forbidden egressAllowList/1/cidr forbidden", "")]
    [InlineData("""{"ingress":{"from":[{"cidr":"10.51.0.0/16"}]}}""", "ingress/from/0/cidr forbidden", "ingress/from/0/cidr forbidden")]
    [InlineData("""{"egressAllowList":[{"host":"api.example.com","ports":[{"port":443}]}]}""", "egressAllowList/0/host notSupported", "egressAllowList/0/host notSupported")]
    [InlineData("""{"expose":{"hosts":["shop.apps.example.com"]}}""", "expose notSupported", "")]
    [InlineData("""{"expose":{"hosts":["acme.example.com"]}}""", "expose notSupported", "")]
    [InlineData("""{"expose":{"hosts":["other.example.com"]}}""", "expose notSupported", "expose/hosts/0 forbidden")]
    [InlineData("""{"expose":{"hosts":["a.shop.apps.example.com"]}}""", "expose notSupported", "expose/hosts/0 forbidden")]
    public void Parse_Bounded_ReportsWhatTheInstallationRefuses(string properties, string byDefault, string bounded)
    {
        Assert.Equal(byDefault, Faults(properties, NetworkRules.None));
        Assert.Equal(bounded, Faults(properties, Some));
        Assert.Equal("", Faults(properties, NetworkRules.Any));
    }

    [Fact]
    public void Parse_InternalLoadBalancersOnly_MakesThemInternal()
    {
        const string Properties = """{"services":[{"type":"LoadBalancer","ports":[{"port":80}]}]}""";

        Assert.True(Parse(Properties, Some).Spec!.Workloads[0].Services![0].IsInternal);
        Assert.False(Parse(Properties, NetworkRules.Any).Spec!.Workloads[0].Services![0].IsInternal);
    }

    [Fact]
    public void Parse_Names_AreResolvedAndHostsCollected()
    {
        var spec = Parse(
            """
            {"services":[{"ports":[{"name":"http","port":80,"targetPort":8080}]}],"expose":{"hosts":["b.apps.example.com","a.apps.example.com"],"port":"http","paths":["/b","/a"]}}
            """,
            Some).Spec!;

        var exposure = spec.Workloads[0].Expose!;
        Assert.Equal(("web", 80), (exposure.Service, exposure.Port));
        Assert.Equal(["/a", "/b"], exposure.Paths);
        Assert.Equal(["a.apps.example.com", "b.apps.example.com"], SpecRef.Of(spec).Hosts);
    }

    [Fact]
    public void SpecRef_WithoutHosts_HasTodaysJson() =>
        Assert.DoesNotContain("hosts", System.Text.Json.JsonSerializer.Serialize(SpecRef.Of(Parse("{}", NetworkRules.None).Spec!)), StringComparison.Ordinal);

    [Fact]
    public void Spec_Network_IsReadAsItWasStored()
    {
        var spec = Parse(
            """
            {"services":[{"type":"LoadBalancer","sessionAffinity":"ClientIP","ports":[{"port":80,"targetPort":8080,"appProtocol":"http"}]}],
             "ingress":{"from":[{"source":"gateway","ports":[{"port":8080}]}]},"egressAllowList":[{"workload":"web"},{"cidr":"203.0.113.0/24"}],
             "expose":{"hosts":["shop.apps.example.com"]}}
            """,
            Some).Spec!;

        var stored = SpecJson.Write(spec);

        Assert.Equal(stored, SpecJson.Write(SpecJson.Read(stored)!));
        Assert.Contains("\"expose\":{\"hosts\":[\"shop.apps.example.com\"],\"paths\":[],\"service\":\"web\",\"port\":80}", Encoding.UTF8.GetString(stored), StringComparison.Ordinal);
    }

    [Fact]
    public void Between_Network_IsComparedByName()
    {
        var before = Parse("""{"services":[{"ports":[{"name":"a","port":80}]}],"egressAllowList":[{"workload":"web"}]}""", Some).Spec!;
        var after = Parse("""{"services":[{"ports":[{"name":"a","port":81}]},{"name":"more","ports":[{"port":80}]}],"egressAllowList":[{"cidr":"203.0.113.0/24"}]}""", Some).Spec!;

        Assert.Equal(
            [
                "/workloads/web/egressAllowList/203.0.113.0/24 Added", "/workloads/web/egressAllowList/web Removed",
                "/workloads/web/services/more Added", "/workloads/web/services/web/ports/a/port Changed",
            ],
            SpecChanges.Between(before, after).Select(c => $"{c.Path} {c.Change}"));
        Assert.Equal(
            ["/workloads/0/egressAllowList/0/cidr", "/workloads/0/egressAllowList/0/workload", "/workloads/0/services"],
            SpecDifferences.Between(before, after).Select(d => d.Pointer));
    }

    [Theory]
    [InlineData("*.apps.example.com", true)]
    [InlineData("{tenant}.example.com", true)]
    [InlineData("{tenant}-*.apps.example.com", true)]
    [InlineData("shop.example.com", true)]
    [InlineData("example.com", true)]
    [InlineData("*.com", false)]
    [InlineData("{tenant}.com", false)]
    [InlineData("apps.*.com", false)]
    [InlineData("*", false)]
    [InlineData("Apps.example.com", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void HostPattern_Validity(string? pattern, bool isValid) => Assert.Equal(isValid, HostPattern.IsValid(pattern));

    [Theory]
    [InlineData("*.example.com", "a.example.com", true)]
    [InlineData("*.example.com", "example.com", false)]
    [InlineData("*.example.com", "a.b.example.com", false)]
    [InlineData("{tenant}.example.com", "acme.example.com", true)]
    [InlineData("{tenant}.example.com", "acme2.example.com", false)]
    [InlineData("{tenant}-*.example.com", "acme-x.example.com", true)]
    [InlineData("{tenant}-*.example.com", "acme-.example.com", false)]
    [InlineData("a*b*c.example.com", "axbyc.example.com", true)]
    [InlineData("a*b*c.example.com", "abbc.example.com", false)]
    [InlineData("a*b*c.example.com", "abbbc.example.com", true)]
    [InlineData("a*b*c.example.com", "axbc.example.com", false)]
    public void HostPattern_Match(string pattern, string host, bool matches) => Assert.Equal(matches, HostPattern.Matches(pattern, "acme", host));

    private static string Faults(string properties, NetworkRules rules) =>
        string.Join(' ', Parse(properties, rules).Faults.Select(f => $"{f.Pointer["/workloads/0/".Length..]} {f.Code}"));

    private static RequestParseResult Parse(string properties, NetworkRules rules)
    {
        var request = JsonNode.Parse(RequestCase.Minimal)!;
        var workload = request["workloads"]![0]!.AsObject();
        workload["ports"] = new JsonArray(new JsonObject { ["port"] = 8080 });
        foreach (var (name, value) in JsonNode.Parse(properties)!.AsObject())
        {
            workload[name] = value?.DeepClone();
        }

        return TenantRequestParser.Parse(
            Encoding.UTF8.GetBytes(request.ToJsonString()), TenantRequestKind.Onboard, DateTimeOffset.UnixEpoch, InstallationRules.Default with { Network = rules });
    }
}
