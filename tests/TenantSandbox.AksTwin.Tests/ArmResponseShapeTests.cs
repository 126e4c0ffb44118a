using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Responses have the property names and JSON types of the agent pool examples in Azure's REST specification.</summary>
public sealed class ArmResponseShapeTests
{
    private static readonly Dictionary<string, JsonValueKind> PoolProperties = new()
    {
        ["count"] = JsonValueKind.Number,
        ["vmSize"] = JsonValueKind.String,
        ["maxPods"] = JsonValueKind.Number,
        ["osType"] = JsonValueKind.String,
        ["osSKU"] = JsonValueKind.String,
        ["osDiskSizeGB"] = JsonValueKind.Number,
        ["mode"] = JsonValueKind.String,
        ["type"] = JsonValueKind.String,
        ["workloadRuntime"] = JsonValueKind.String,
        ["orchestratorVersion"] = JsonValueKind.String,
        ["currentOrchestratorVersion"] = JsonValueKind.String,
        ["nodeImageVersion"] = JsonValueKind.String,
        ["provisioningState"] = JsonValueKind.String,
        ["eTag"] = JsonValueKind.String,
        ["upgradeSettings"] = JsonValueKind.Object,
        ["powerState"] = JsonValueKind.Object,
        ["nodeLabels"] = JsonValueKind.Object,
        ["nodeTaints"] = JsonValueKind.Array,
        ["tags"] = JsonValueKind.Object,
    };

    [Theory]
    [InlineData("GET", "", 200)]
    [InlineData("PUT", "", 200)]
    [InlineData("POST", "/upgradeNodeImageVersion", 202)]
    public async Task Pool_Response_HasTheSpecifiedProperties(string method, string action, int status)
    {
        await using var twin = await ArmTestHost.StartAsync();
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Kata(), default(CancellationToken));
        var put = twin.LastBody;
        twin.Time.Advance(TimeSpan.FromDays(7));

        using var request = new HttpRequestMessage(new(method), ArmTestHost.PoolUrl("kata1", action)) { Content = method == "PUT" ? new StringContent(put) : null };
        using var response = await twin.Http.SendAsync(request);
        var pool = (await response.Content.ReadFromJsonAsync<JsonNode>())!;

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("kata1", pool["name"]!.GetValue<string>());
        Assert.Equal("Microsoft.ContainerService/managedClusters/agentPools", pool["type"]!.GetValue<string>());
        Assert.EndsWith("/managedClusters/aks-twin/agentPools/kata1", pool["id"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.All(PoolProperties, p => Assert.Equal(p.Value, pool["properties"]![p.Key]?.GetValueKind()));
    }

    [Fact]
    public async Task ClusterAndSubnet_Responses_HaveTheAddressRanges()
    {
        var network = $"/subscriptions/{new TwinOptions().SubscriptionId}/resourceGroups/rg-tenant-sandbox/providers/Microsoft.Network/virtualNetworks/vnet/subnets";
        await using var twin = await ArmTestHost.StartAsync(new TwinOptions
        {
            Clusters = [new() { SubnetId = $"{network}/nodes" }],
            Subnets = new Dictionary<string, string> { ["vnet/nodes"] = "10.60.0.0/22" },
        });

        var profile = (await twin.Cluster.GetAsync()).Value.Data.NetworkProfile;
        var pool = (await twin.Pools.GetAsync("systempool")).Value.Data;
        var subnet = (await twin.Http.GetFromJsonAsync<JsonNode>(new Uri($"{network}/nodes?api-version=2024-05-01", UriKind.Relative)))!;
        using var missing = await twin.Http.GetAsync(new Uri($"{network}/other?api-version=2024-05-01", UriKind.Relative));

        Assert.Equal(("10.244.0.0/16", "10.0.0.0/16"), (profile.PodCidr, profile.ServiceCidr));
        Assert.Equal($"{network}/nodes", pool.VnetSubnetId.ToString());
        Assert.Equal(("nodes", "10.60.0.0/22"), (subnet["name"]!.GetValue<string>(), subnet["properties"]!["addressPrefix"]!.GetValue<string>()));
        Assert.Equal(404, (int)missing.StatusCode);
    }

    [Theory]
    [InlineData("cilium", "cilium")]
    [InlineData("calico", "azure")]
    [InlineData("none", "azure")]
    public async Task Cluster_NetworkPolicy_IsThatOfItsOptions(string policy, string dataplane)
    {
        await using var twin = await ArmTestHost.StartAsync(new TwinOptions { Clusters = [new() { NetworkPolicy = policy, IPv6Cidrs = ("fd12:3456::/64", "fd12:3457::/108") }] });

        var answer = await twin.Cluster.GetAsync();

        var network = JsonNode.Parse(answer.GetRawResponse().Content)!["properties"]!["networkProfile"]!;
        Assert.Equal((policy, dataplane), (network["networkPolicy"]!.GetValue<string>(), network["networkDataplane"]!.GetValue<string>()));
        Assert.Equal(["10.244.0.0/16", "fd12:3456::/64"], answer.Value.Data.NetworkProfile.PodCidrs);
        Assert.Equal(["10.0.0.0/16", "fd12:3457::/108"], answer.Value.Data.NetworkProfile.ServiceCidrs);
    }

    [Theory]
    [InlineData("DELETE", "", "operationresults")]
    [InlineData("POST", "/upgradeNodeImageVersion", "operationresults")]
    public async Task AsynchronousCall_Accepted_ReturnsStatusAndResultUrls(string method, string action, string kind)
    {
        await using var twin = await ArmTestHost.StartAsync();
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Kata(), default(CancellationToken));
        twin.Time.Advance(TimeSpan.FromDays(7));

        using var response = await twin.Http.SendAsync(new(new HttpMethod(method), ArmTestHost.PoolUrl("kata1", action)));

        Assert.Equal(202, (int)response.StatusCode);
        Assert.Contains($"/providers/Microsoft.ContainerService/locations/westeurope/{kind}/", response.Headers.Location!.ToString(), StringComparison.Ordinal);
        var status = await twin.Http.GetFromJsonAsync<JsonNode>(response.Headers.GetValues("Azure-AsyncOperation").Single());
        Assert.Equal("Succeeded", status!["status"]!.GetValue<string>());
        Assert.NotNull(status["startTime"]);
        Assert.NotNull(status["endTime"]);
        using var result = await twin.Http.GetAsync(response.Headers.Location);
        Assert.Equal(204, (int)result.StatusCode);
    }
}
