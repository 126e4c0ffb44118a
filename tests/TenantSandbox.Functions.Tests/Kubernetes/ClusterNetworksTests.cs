using System.Net;
using System.Text;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Tests.Azure.Arm;

namespace TenantSandbox.Functions.Tests.Kubernetes;

public sealed class ClusterNetworksTests
{
    private const string SubnetId =
        "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-tenant-sandbox/providers/Microsoft.Network/virtualNetworks/vnet/subnets/nodes";

    [Fact]
    public async Task Get_PoolsWithSubnet_ReturnsItsRangeAndTheClusters()
    {
        await using var cloud = await TwinCloud.StartAsync(
            change: o => o with { Clusters = [new() { SubnetId = SubnetId }], Subnets = new Dictionary<string, string> { ["vnet/nodes"] = "10.60.0.0/22" } });

        var blocks = (await Networks(cloud).GetAsync("west-1", default)).Closed;

        Assert.Equal(["10.0.0.0/16", "10.244.0.0/16", "10.60.0.0/22", "127.0.0.1/32", "198.51.100.10/32"], blocks);
    }

    [Fact]
    public async Task Get_PoolsWithoutSubnet_ReturnsBlocksAroundTheNodes()
    {
        await using var cloud = await TwinCloud.StartAsync();

        var blocks = (await Networks(cloud).GetAsync("west-1", default)).Closed;

        Assert.Equal(["10.0.0.0/16", "10.224.0.0/16", "10.244.0.0/16", "127.0.0.1/32", "198.51.100.10/32"], blocks);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_NodesWithPublicAddresses_HasEachOfThem(bool isInSubnet)
    {
        await using var cloud = await TwinCloud.StartAsync(change: o => !isInSubnet ? o : o with
        {
            Clusters = [new() { SubnetId = SubnetId }],
            Subnets = new Dictionary<string, string> { ["vnet/nodes"] = "10.60.0.0/22" },
        });
        await PutPoolAsync(cloud, $$"""{"properties":{"count":2,"vmSize":"Standard_D4s_v5","enableNodePublicIP":true,"vnetSubnetID":{{(isInSubnet ? $"\"{SubnetId}\"" : "null")}} } }""");

        var blocks = (await Networks(cloud).GetAsync("west-1", default)).Closed;

        Assert.Equal(2, blocks.Count(b => b.StartsWith("198.18.", StringComparison.Ordinal) && b.EndsWith("/32", StringComparison.Ordinal)));
        Assert.Equal(!isInSubnet, blocks.Contains("10.224.0.0/16"));
    }

    [Fact]
    public void NodeAddresses_OfBothFamilies_AreReadByTypeAndWithoutWhatIsNoAddress()
    {
        var node = new V1Node
        {
            Status = new V1NodeStatus
            {
                Addresses =
                [
                    Address("node-1", "Hostname"), Address("10.224.0.4", "InternalIP"), Address("fd00::4", "InternalIP"),
                    Address("2001:db8::4", "ExternalIP"), Address("203.0.113.4", "ExternalIP"), Address("", "ExternalIP"),
                ],
            },
        };

        Assert.Equal(["10.224.0.4", "fd00::4"], NodeAddresses.Of(node, NodeAddresses.Internal).Select(a => a.ToString()));
        Assert.Equal(["2001:db8::4", "203.0.113.4"], NodeAddresses.Of(node, NodeAddresses.External).Select(a => a.ToString()));
        Assert.Empty(NodeAddresses.Of(null, NodeAddresses.External));
    }

    [Fact]
    public async Task Get_Again_ReadsOnlyAfterTheLifetime()
    {
        await using var cloud = await TwinCloud.StartAsync();
        var networks = Networks(cloud);

        await Task.WhenAll(networks.GetAsync("west-1", default), networks.GetAsync("west-1", default));
        await networks.GetAsync("west-1", default);
        Assert.Equal(1, cloud.Twin.Calls.Total("arm.managedClusters.get"));

        cloud.Time.Advance(TimeSpan.FromMinutes(6));
        await networks.GetAsync("west-1", default);
        Assert.Equal(2, cloud.Twin.Calls.Total("arm.managedClusters.get"));
    }

    [Fact]
    public async Task Get_SubnetNotReadable_FailsAndTriesAgain()
    {
        await using var cloud = await TwinCloud.StartAsync(
            change: o => o with { Clusters = [new() { SubnetId = SubnetId }], Subnets = new Dictionary<string, string> { ["vnet/nodes"] = "10.60.0.0/22" } });
        cloud.Twin.InjectedFaults.Add(new InjectedFault { Call = "arm.subnets.get", Status = 403, Code = "AuthorizationFailed" });
        var networks = Networks(cloud);

        var failure = await Assert.ThrowsAsync<InvalidException>(() => networks.GetAsync("west-1", default));

        Assert.Contains("read the network of cluster west-1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("10.60.0.0/22", (await networks.GetAsync("west-1", default)).Closed);
    }

    [Fact]
    public async Task Get_TurnedOff_ReturnsTheApiServerOnly()
    {
        await using var cloud = await TwinCloud.StartAsync(configure: s => s["Network__DenyClusterRanges"] = "false");

        var network = await Networks(cloud).GetAsync("west-1", default);

        Assert.Equal(["127.0.0.1/32", "198.51.100.10/32"], network.Closed);
        Assert.Equal(0, cloud.Twin.Calls.Total("arm.managedClusters.get") + cloud.Twin.Calls.Total("kube.nodes"));
        Assert.Equal("NoNetworkPolicyEngine", Assert.Throws<InvalidException>(() => network.RequireEnforced("west-1")).Code);
    }

    [Fact]
    public async Task Get_DualStack_HasTheRangesOfBothFamilies()
    {
        await using var cloud = await TwinCloud.StartAsync(change: o => o with { Clusters = [new() { IPv6Cidrs = ("fd12:3456::/64", "fd12:3457::/108") }] });

        var blocks = (await Networks(cloud).GetAsync("west-1", default)).Closed;

        Assert.Equal(["fd12:3456::/64", "fd12:3457::/108"], blocks.Where(b => b.Contains(':', StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Get_ApiServerMoved_HasItsNewAddressAfterTheLifetime()
    {
        await using var cloud = await TwinCloud.StartAsync();
        var networks = Networks(cloud);
        await networks.GetAsync("west-1", default);

        await MoveApiServerAsync(cloud.Services, "198.51.100.77", "2001:db8::77");
        cloud.Time.Advance(TimeSpan.FromMinutes(6));
        var blocks = (await networks.GetAsync("west-1", default)).Closed;

        Assert.Contains("198.51.100.77/32", blocks);
        Assert.Contains("2001:db8::77/128", blocks);
        Assert.DoesNotContain("198.51.100.10/32", blocks);
    }

    [Theory]
    [InlineData("cilium", true)]
    [InlineData("calico", true)]
    [InlineData("azure", true)]
    [InlineData("none", false)]
    [InlineData("weave", false)]
    public async Task Get_PolicyEngine_IsOneThatAksInstalls(string policy, bool isEnforced)
    {
        await using var cloud = await TwinCloud.StartAsync(change: o => o with { Clusters = [new() { NetworkPolicy = policy }] });

        var network = await Networks(cloud).GetAsync("west-1", default);

        Assert.Equal(isEnforced ? null : $"networkPolicy is {policy}, networkDataplane azure", network.Unenforced);
    }

    [Theory]
    [InlineData("198.51.100.10", "203.0.113.7", "198.51.100.10 203.0.113.7")]
    [InlineData("", "127.0.0.1 ::1", "127.0.0.1 ::1")]
    [InlineData("", "203.0.113.7", null)]
    [InlineData("", "127.0.0.1 203.0.113.7", null)]
    public void Combine_AddressesOfTheApiServer_AreKnownOrOfThisMachineOnly(string registered, string connected, string? expected)
    {
        static IPAddress[] Addresses(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)];

        if (expected is null)
        {
            Assert.Equal("ApiServerUnknown", Assert.Throws<TransientException>(() => ApiServerAddresses.Combine("aks1", Addresses(registered), Addresses(connected))).Code);
        }
        else
        {
            Assert.Equal(Addresses(expected), ApiServerAddresses.Combine("aks1", Addresses(registered), Addresses(connected)));
        }
    }

    [Fact]
    public async Task Get_EngineOfTheirOwn_IsAcceptedByItsSetting()
    {
        await using var cloud = await TwinCloud.StartAsync(
            configure: s => s["Clusters__0__NetworkPolicyEngine"] = "calico", change: o => o with { Clusters = [new() { NetworkPolicy = "none" }] });

        Assert.Null((await Networks(cloud).GetAsync("west-1", default)).Unenforced);
    }

    [Theory]
    [InlineData("Required", true)]
    [InlineData("Preferred", true)]
    [InlineData("Disabled", false)]
    public async Task Get_PoolWithLocalDns_SaysSo(string mode, bool hasLocalDns)
    {
        await using var cloud = await TwinCloud.StartAsync();
        await PutPoolAsync(cloud, $$$"""{"properties":{"count":1,"vmSize":"Standard_D4s_v5","localDNSProfile":{"mode":"{{{mode}}}"} } }""");

        Assert.Equal(hasLocalDns, (await Networks(cloud).GetAsync("west-1", default)).HasLocalDns);
    }

    private static V1NodeAddress Address(string address, string type) => new() { Address = address, Type = type };

    private static async Task PutPoolAsync(TwinCloud cloud, string body)
    {
        using var http = new HttpClient(cloud.Twin.CreateHandler());
        http.DefaultRequestHeaders.Authorization = new("Bearer", "for-the-twin");
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var cluster = cloud.Services.GetRequiredService<PoolAddresses>().Cluster("west-1").Id;
        (await http.PutAsync(new Uri(cloud.Twin.ArmEndpoint, $"{cluster}/agentPools/more?api-version=2026-04-01"), content)).EnsureSuccessStatusCode();
    }

    /// <summary>Registers other addresses of the API server, as it does itself.</summary>
    internal static async Task MoveApiServerAsync(IServiceProvider services, params string[] addresses)
    {
        var client = services.GetRequiredService<ClusterConnections>();
        var endpoints = new V1Endpoints
        {
            Metadata = new V1ObjectMeta { Name = "kubernetes", NamespaceProperty = "default" },
            Subsets = addresses.Length == 0
                ? null
                : [new V1EndpointSubset { Addresses = [.. addresses.Select(a => new V1EndpointAddress { Ip = a })], Ports = [new Corev1EndpointPort { Port = 443 }] }],
        };
        await client.CallAsync("west-1", "move", c => c.CoreV1.ReplaceNamespacedEndpointsAsync(endpoints, "kubernetes", "default"), default);
    }

    private static ClusterNetworks Networks(TwinCloud cloud) => new(
        cloud.Services.GetRequiredService<ClusterNetworkReader>(),
        cloud.Services.GetRequiredService<ApiServerAddresses>(),
        cloud.Services.GetRequiredService<ClusterConnections>(),
        cloud.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<Functions.Configuration.TenantSandboxOptions>>(),
        cloud.Time);
}
