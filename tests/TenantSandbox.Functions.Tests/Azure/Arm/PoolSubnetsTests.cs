using Azure;
using Azure.Core;
using TenantSandbox.AksTwin;
using TenantSandbox.Functions.Azure.Arm;

namespace TenantSandbox.Functions.Tests.Azure.Arm;

/// <summary>New pools are in the virtual network of their cluster, over the wire.</summary>
public sealed class PoolSubnetsTests
{
    private const string Network = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v";

    [Theory]
    [InlineData(null, null)]
    [InlineData($"{Network}/subnets/nodes", null)]
    [InlineData($"{Network}/subnets/nodes", $"{Network}/subnets/pods")]
    public async Task EnsurePool_New_IsInTheSystemPoolsSubnets(string? nodes, string? pods)
    {
        await using var cloud = await StartAsync(nodes, pods);

        Assert.Equal((nodes, pods), await EnsureAsync(cloud));
    }

    [Fact]
    public async Task EnsurePool_ConfiguredSubnets_AreUsed()
    {
        await using var cloud = await StartAsync($"{Network}/subnets/nodes", null, settings =>
        {
            settings["Clusters__0__SubnetId"] = $"{Network}/subnets/sandbox";
            settings["Clusters__0__PodSubnetId"] = $"{Network}/subnets/sandbox-pods";
        });

        Assert.Equal(($"{Network}/subnets/sandbox", $"{Network}/subnets/sandbox-pods"), await EnsureAsync(cloud));
    }

    [Fact]
    public async Task EnsurePool_WrittenAgain_StaysInItsSubnets()
    {
        await using var cloud = await StartAsync($"{Network}/subnets/nodes", null);
        await EnsureAsync(cloud);
        var data = (await cloud.Pools.GetAsync("kata1")).Value.Data;
        data.MaxCount = 5;
        await cloud.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", data, default(CancellationToken));
        await using var moved = App.Create(new Dictionary<string, string?>(cloud.Settings) { ["Clusters__0__SubnetId"] = $"{Network}/subnets/sandbox" });

        var seen = await moved.Make<AgentPools>().EnsureAsync(cloud.Pool(), default);

        Assert.NotEqual(PoolCondition.Failed, seen.Condition);
        Assert.Equal(2 + 1, cloud.Twin.Calls.Total("arm.agentPools.put"));
        Assert.Equal($"{Network}/subnets/nodes", (await cloud.Pools.GetAsync("kata1")).Value.Data.VnetSubnetId?.ToString());
    }

    private static Task<TwinCloud> StartAsync(string? nodes, string? pods, Action<Dictionary<string, string?>>? configure = null) => TwinCloud.StartAsync(
        configure: configure, change: o => o with { Clusters = [new TwinCluster { SubnetId = nodes, PodSubnetId = pods }] });

    private static async Task<(string? Nodes, string? Pods)> EnsureAsync(TwinCloud cloud)
    {
        await cloud.Services.Make<AgentPools>().EnsureAsync(cloud.Pool(), default);
        var pool = (await cloud.Pools.GetAsync("kata1")).Value.Data;
        return (Text(pool.VnetSubnetId), Text(pool.PodSubnetId));
    }

    private static string? Text(ResourceIdentifier? id) => id?.ToString();
}
