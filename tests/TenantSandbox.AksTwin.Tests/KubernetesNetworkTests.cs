using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Ports of nodes, load balancers and Cilium's policies on the twin.</summary>
public sealed class KubernetesNetworkTests
{
    private static string Policy(string egress) => $$"""
        {"apiVersion":"cilium.io/v2","kind":"CiliumNetworkPolicy","metadata":{"name":"p"},"spec":{"endpointSelector":{"matchLabels":{"a":"b"} },"egress":[{{egress}}] } }
        """;

    [Fact]
    public async Task Service_LoadBalancer_GetsPortsOfNodesAndAnAddressAndLosesThemAgain()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var services = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/services";

        var created = await api.PostAsync(services, """{"metadata":{"name":"web"},"spec":{"type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"name":"a","port":80},{"name":"b","port":81}]}}""");
        Assert.Equal(201, created.Status);
        var spec = created.Body.GetObject("spec");
        long?[] ports = [.. spec.GetObjects("ports").Select(p => p.GetInteger("nodePort")), spec.GetInteger("healthCheckNodePort")];
        Assert.Equal(3, ports.Distinct().Count());
        Assert.All(ports, p => Assert.InRange(p!.Value, 30_000, 32_767));
        var live = (await api.GetAsync($"{services}/web")).Body;
        Assert.StartsWith("20.102.", live.GetObjects("status", "loadBalancer", "ingress").Single().GetString("ip"), StringComparison.Ordinal);

        await api.MergeAsync($"{services}/web", """{"spec":{"type":"ClusterIP"}}""");
        live = (await api.GetAsync($"{services}/web")).Body;
        Assert.Equal((null, null), (live.GetString("spec", "externalTrafficPolicy"), live.GetObjects("spec", "ports").First()["nodePort"]));
        Assert.Empty(live.GetObjects("status", "loadBalancer", "ingress"));
    }

    [Fact]
    public async Task Cluster_New_HasTheServiceOfItsApiServer()
    {
        await using var api = await KubernetesServer.StartTwinAsync();

        var service = (await api.GetAsync("/api/v1/namespaces/default/services/kubernetes")).Body;
        var endpoints = (await api.GetAsync("/api/v1/namespaces/default/endpoints/kubernetes")).Body;

        Assert.Equal("10.0.0.1", service.GetString("spec", "clusterIP"));
        var subset = endpoints.GetObjects("subsets").Single();
        Assert.Equal("198.51.100.10", subset.GetObjects("addresses").Single().GetString("ip"));
        Assert.Equal(443, subset.GetObjects("ports").Single().GetInteger("port"));
    }

    [Fact]
    public async Task Service_InternalLoadBalancer_HasAnAddressOfTheNetwork()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var services = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/services";

        await api.PostAsync(services, """{"metadata":{"name":"web","annotations":{"service.beta.kubernetes.io/azure-load-balancer-internal":"true"}},"spec":{"type":"LoadBalancer","ports":[{"port":80}]}}""");

        var live = (await api.GetAsync($"{services}/web")).Body;
        Assert.StartsWith("10.225.", live.GetObjects("status", "loadBalancer", "ingress").Single().GetString("ip"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"toFQDNs":[{"matchName":"a.example.com"},{"matchPattern":"*.example.com"}],"toPorts":[{"ports":[{"port":"443","protocol":"TCP"}]}]}""", 201, null)]
    [InlineData("""{"toFQDNs":[{"matchName":"a.example.com"}],"toCIDR":["10.0.0.0/8"]}""", 422, "spec.egress[0]")]
    [InlineData("""{"toFQDNs":[{}]}""", 422, "spec.egress[0].toFQDNs[0]")]
    [InlineData("""{"toCIDR":["everything"]}""", 422, "spec.egress[0].toCIDR[0]")]
    [InlineData("""{"toPorts":[{"ports":[{"port":"dns","protocol":"UDP"}]}]}""", 422, "spec.egress[0].toPorts[0].ports[0].port")]
    [InlineData("""{"toPorts":[{"ports":[{"port":"53","protocol":"QUIC"}]}]}""", 422, "spec.egress[0].toPorts[0].ports[0].protocol")]
    [InlineData("""{"toPorts":[{"ports":[{"port":"53","protocol":"UDP"}],"rules":{"dns":[{"matchPattern":"*"}]}}]}""", 422, "spec.egress[0].toPorts[0].rules.dns[0].matchPattern")]
    public async Task CiliumPolicy_Egress_IsValidated(string egress, int status, string? field)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var policies = $"/apis/cilium.io/v2/namespaces/{await api.CreateNamespaceAsync()}/ciliumnetworkpolicies";

        var reply = await api.PostAsync(policies, Policy(egress));

        Assert.Equal((status, field), (reply.Status, reply.CauseFields.SingleOrDefault()));
    }
}
