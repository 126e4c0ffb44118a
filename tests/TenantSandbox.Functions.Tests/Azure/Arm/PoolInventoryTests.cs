using System.Text.Json;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Azure.Arm;

namespace TenantSandbox.Functions.Tests.Azure.Arm;

public sealed class PoolInventoryTests
{
    [Fact]
    public async Task ListPools_ManyPools_PagesInOrderAndBelowTheLimit()
    {
        await using var cloud = await TwinCloud.StartAsync();
        var (inventory, pools) = (cloud.Services.Make<PoolInventory>(), cloud.Services.Make<AgentPools>());
        for (var i = 1; i <= 30; i++)
        {
            await pools.EnsureAsync(cloud.Pool(i, tenant: new string('t', 40)), default);
        }

        var names = new List<string>();
        string? after = null;
        do
        {
            var page = await inventory.ListAsync(new("west-1", after), default);
            Assert.True(JsonSerializer.SerializeToUtf8Bytes(page).Length < 16 * 1024);
            Assert.All(page.Pools, p => Assert.True(page.Covers(p.Name)));
            names.AddRange(page.Pools.Select(p => p.Name));
            after = page.Through;
        }
        while (after is not null);

        Assert.Equal(31, names.Count);
        Assert.Contains("systempool", names);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
    }

    [Fact]
    public async Task ListPools_OwnAndOthers_TellsThemApart()
    {
        await using var cloud = await TwinCloud.StartAsync();
        var pools = cloud.Services.Make<AgentPools>();
        await pools.EnsureAsync(cloud.Pool(1), default);
        await pools.EnsureAsync(cloud.Pool(2, tenant: null), default);
        await cloud.ChangeTagsAsync("kata2", tags => tags.Remove("tenantsandbox-installation"));
        await cloud.MakePoolAsync("mine");
        cloud.Twin.InjectedFaults.Add(new InjectedFault { Call = "arm.agentPools.put", Kind = InjectedFaultKind.FailLate, Code = "SubnetIsFull", Message = new string('x', 900) });
        await pools.EnsureAsync(cloud.Pool(3), default);

        var page = await cloud.Services.Make<PoolInventory>().ListAsync(new("west-1", null), default);

        var found = page.Pools.ToDictionary(p => p.Name);
        Assert.Equal(
            (PoolMatch.Same, PoolMatch.SameWithoutInstallation, PoolMatch.Same, PoolMatch.Other),
            (found["kata1"].Origin, found["kata2"].Origin, found["kata3"].Origin, found["mine"].Origin));
        Assert.Equal(("Succeeded", 1, 10, 50, "1.34.2"), (found["kata1"].State, found["kata1"].MinCount, found["kata1"].MaxCount, found["kata1"].MaxPods, found["kata1"].Version));
        Assert.Equal(("acme", "dedicated", 1L), (found["kata1"].Marks!.Tenant, found["kata1"].Marks!.Tier, found["kata1"].Marks!.GenerationNumber));
        Assert.EndsWith("/managedClusters/aks-twin/agentPools/kata1", found["kata1"].ResourceId, StringComparison.Ordinal);
        Assert.Equal(("Failed", ErrorClass.Capacity, "SubnetIsFull"), (found["kata3"].State, found["kata3"].Error!.ErrorClass, found["kata3"].Error!.Code));
        Assert.InRange(found["kata3"].Error!.Message.Length, 100, 300);
        Assert.True(found["kata1"].Is(cloud.Pool(1)));
        Assert.False(found["kata1"].Is(cloud.Pool(1, tenant: "beta")));
        Assert.Null(found["mine"].Marks);
    }

    [Fact]
    public async Task ListPools_CallFails_ThrowsItsClass()
    {
        await using var cloud = await TwinCloud.StartAsync();
        cloud.Twin.InjectedFaults.Add(new InjectedFault { Call = "arm.agentPools.list", Status = 403, Code = "AuthorizationFailed" });

        var failure = await Assert.ThrowsAsync<InvalidException>(() => cloud.Services.Make<PoolInventory>().ListAsync(new("west-1", null), default));

        Assert.Contains("list the agent pools of cluster west-1", failure.Message, StringComparison.Ordinal);
    }
}
