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
            configure: s => s["Network__DeniedCidrs__0"] = "192.168.0.0/16",
            change: o => o with { Clusters = [new() { SubnetId = SubnetId }], Subnets = new Dictionary<string, string> { ["vnet/nodes"] = "10.60.0.0/22" } });

        var blocks = await Networks(cloud).GetAsync("west-1", default);

        Assert.Equal(["10.0.0.0/16", "10.244.0.0/16", "10.60.0.0/22", "192.168.0.0/16"], blocks);
        Assert.Equal(0, cloud.Twin.Calls.Total("kube.nodes"));
    }

    [Fact]
    public async Task Get_PoolsWithoutSubnet_ReturnsBlocksAroundTheNodes()
    {
        await using var cloud = await TwinCloud.StartAsync();

        var blocks = await Networks(cloud).GetAsync("west-1", default);

        Assert.Equal(["10.0.0.0/16", "10.224.0.0/16", "10.244.0.0/16"], blocks);
    }

    [Fact]
    public async Task Get_Again_ReadsOnlyAfterTheLifetime()
    {
        await using var cloud = await TwinCloud.StartAsync();
        var networks = Networks(cloud);

        await Task.WhenAll(networks.GetAsync("west-1", default), networks.GetAsync("west-1", default));
        await networks.GetAsync("west-1", default);
        Assert.Equal(1, cloud.Twin.Calls.Total("arm.managedClusters.get"));

        cloud.Time.Advance(TimeSpan.FromMinutes(16));
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

        Assert.Contains("read the address ranges of cluster west-1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("10.60.0.0/22", await networks.GetAsync("west-1", default));
    }

    [Fact]
    public async Task Get_TurnedOff_ReturnsTheConfiguredRangesOnly()
    {
        await using var cloud = await TwinCloud.StartAsync(configure: s =>
        {
            s["Network__DenyClusterRanges"] = "false";
            s["Network__DeniedCidrs__0"] = "10.0.0.0/8";
        });

        Assert.Equal(["10.0.0.0/8"], await Networks(cloud).GetAsync("west-1", default));
        Assert.Equal(0, cloud.Twin.Calls.Total("arm."));
    }

    private static ClusterNetworks Networks(TwinCloud cloud) => new(
        cloud.Services.GetRequiredService<ClusterRangeReader>(),
        cloud.Services.GetRequiredService<ClusterConnections>(),
        cloud.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<Functions.Configuration.TenantSandboxOptions>>(),
        cloud.Time);
}
