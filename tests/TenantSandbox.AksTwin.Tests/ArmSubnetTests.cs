using Azure;
using Azure.Core;
using Azure.ResourceManager.ContainerService;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>All pools of a cluster are in one virtual network, and a pool never leaves its subnet.</summary>
public sealed class ArmSubnetTests
{
    private const string Network = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v";

    [Theory]
    [InlineData(null, null, null)]
    [InlineData($"{Network}/subnets/nodes", $"{Network}/subnets/nodes", null)]
    [InlineData($"{Network}/subnets/nodes", $"{Network}/subnets/others", $"{Network}/subnets/pods")]
    public async Task Put_SubnetOfTheClustersNetwork_IsStored(string? system, string? nodes, string? pods)
    {
        await using var twin = await StartAsync(system);

        await PutAsync(twin, nodes, pods);

        var pool = (await twin.Pools.GetAsync("kata1")).Value.Data;
        Assert.Equal((nodes, pods), (pool.VnetSubnetId?.ToString(), pool.PodSubnetId?.ToString()));
    }

    [Theory]
    [InlineData(null, $"{Network}/subnets/nodes", null, "vnetSubnetID")]
    [InlineData($"{Network}/subnets/nodes", null, null, "vnetSubnetID")]
    [InlineData($"{Network}/subnets/nodes", $"{Network}2/subnets/nodes", null, "vnetSubnetID")]
    [InlineData($"{Network}/subnets/nodes", "/subscriptions/s/resourceGroups/rg", null, "vnetSubnetID")]
    [InlineData($"{Network}/subnets/nodes", $"{Network}/subnets/nodes", $"{Network}2/subnets/pods", "podSubnetID")]
    public async Task Put_OtherNetwork_IsInvalid(string? system, string? nodes, string? pods, string property)
    {
        await using var twin = await StartAsync(system);

        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => PutAsync(twin, nodes, pods));

        Assert.Equal((400, "InvalidParameter"), (refused.Status, refused.ErrorCode));
        Assert.Contains($"agentPoolProfile.{property}", refused.Message, StringComparison.Ordinal);
        Assert.False((await twin.Pools.ExistsAsync("kata1")).Value);
    }

    [Fact]
    public async Task Put_OtherSubnetOfAnExistingPool_IsNotAllowed()
    {
        await using var twin = await StartAsync($"{Network}/subnets/nodes");
        await PutAsync(twin, $"{Network}/subnets/nodes", null);

        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => PutAsync(twin, $"{Network}/subnets/others", null));

        Assert.Equal("PropertyChangeNotAllowed", refused.ErrorCode);
    }

    private static Task<ArmTestHost> StartAsync(string? subnet) => ArmTestHost.StartAsync(new TwinOptions { Clusters = [new() { SubnetId = subnet }] });

    private static async Task PutAsync(ArmTestHost twin, string? nodes, string? pods)
    {
        var body = new ContainerServiceAgentPoolData { Count = 1, VmSize = "Standard_D4s_v5", VnetSubnetId = Id(nodes), PodSubnetId = Id(pods) };
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", body);
    }

    private static ResourceIdentifier? Id(string? id) => id is null ? null : new(id);
}
