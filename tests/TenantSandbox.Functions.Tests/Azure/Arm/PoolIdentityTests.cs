using TenantSandbox.AksTwin;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Azure.Arm;

namespace TenantSandbox.Functions.Tests.Azure.Arm;

/// <summary>Pools that look like the ledger's but aren't must never be written or deleted.</summary>
public sealed class PoolIdentityTests
{
    public static TheoryData<string, string?> Differences => new()
    {
        { "tenantsandbox-owner", "blue" },
        { "tenantsandbox-installation", "other" },
        { "tenantsandbox-cluster", "west-2" },
        { "tenantsandbox-generation", "2" },
        { "tenantsandbox-generation", "01" },
        { "tenantsandbox-tier", "pooled" },
        { "tenantsandbox-tenant", "beta" },
        { "tenantsandbox-tenant", null },
        { "tenantsandbox-owner", null },
        { "tenantsandbox-generation", null },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public async Task AnyCall_OneTagDiffers_LeavesThePoolAlone(string tag, string? value)
    {
        await using var cloud = await TwinCloud.StartAsync();
        var (pools, pool) = (cloud.Services.Make<AgentPools>(), cloud.Pool());
        await pools.EnsureAsync(pool, default);
        await cloud.ChangeTagsAsync(pool.Name, tags =>
        {
            if (value is null)
            {
                tags.Remove(tag);
            }
            else
            {
                tags[tag] = value;
            }
        });
        cloud.Twin.Calls.Reset();

        Assert.Equal(PoolCondition.NotOurs, (await pools.EnsureAsync(pool, default)).Condition);
        Assert.Equal(PoolCondition.NotOurs, (await pools.ReadAsync(pool, default)).Condition);
        Assert.Equal(PoolCondition.NotOurs, (await pools.TagAsync(pool, default)).Condition);
        Assert.Equal(PoolCondition.NotOurs, (await pools.DeleteAsync(pool, default)).Condition);
        Assert.Equal(0, cloud.Twin.Calls.Total("arm.agentPools.put") + cloud.Twin.Calls.Total("arm.agentPools.delete"));
    }

    [Fact]
    public async Task DeletePool_SameClusterUnderAnotherId_LeavesItAlone()
    {
        await using var cloud = await TwinCloud.StartAsync();
        await cloud.Services.Make<AgentPools>().EnsureAsync(cloud.Pool(), default);
        await using var renamed = App.Create(new Dictionary<string, string?>(cloud.Settings) { ["Clusters__0__Id"] = "west-2" });

        var seen = await renamed.Make<AgentPools>().DeleteAsync(cloud.Pool() with { ClusterId = "west-2" }, default);

        Assert.Equal(PoolCondition.NotOurs, seen.Condition);
        Assert.True((await cloud.Pools.ExistsAsync("kata1")).Value);
    }

    [Fact]
    public async Task AnyCall_PoolOfAnotherResourceId_IsRefused()
    {
        await using var cloud = await TwinCloud.StartAsync();
        var pools = cloud.Services.Make<AgentPools>();
        var made = await pools.EnsureAsync(cloud.Pool(), default);
        var known = (await pools.ReadAsync(cloud.Pool(), default)).ResourceId!;
        var moved = cloud.Pool() with { ResourceId = known.Replace("aks-twin", "aks-before", StringComparison.Ordinal) };

        Assert.NotEqual(PoolCondition.NotOurs, made.Condition);
        foreach (var call in new[] { pools.EnsureAsync, pools.ReadAsync, pools.TagAsync, (Func<PoolRef, CancellationToken, Task<PoolObservation>>)pools.DeleteAsync })
        {
            Assert.Equal("ClusterChanged", (await Assert.ThrowsAsync<InvalidException>(() => call(moved, default))).Code);
        }

        Assert.Equal(PoolCondition.Ready, (await pools.ReadAsync(cloud.Pool() with { ResourceId = known }, default)).Condition);
    }

    [Fact]
    public async Task TagPool_PoolOfAnOlderVersion_IsAdoptedAndTagged()
    {
        await using var cloud = await TwinCloud.StartAsync();
        var (pools, pool) = (cloud.Services.Make<AgentPools>(), cloud.Pool());
        await pools.EnsureAsync(pool, default);
        await cloud.ChangeTagsAsync(pool.Name, tags => tags.Remove("tenantsandbox-installation"));

        Assert.Equal(PoolCondition.Ready, (await pools.ReadAsync(pool, default)).Condition);
        await pools.TagAsync(pool, default);

        var data = (await cloud.Pools.GetAsync(pool.Name)).Value.Data;
        Assert.Equal("tenantsandbox", data.Tags["tenantsandbox-installation"]);
        Assert.Equal((1, 10, true), (data.MinCount, data.MaxCount, data.EnableAutoScaling));
        cloud.Twin.Calls.Reset();
        Assert.Equal(PoolCondition.Ready, (await pools.TagAsync(pool, default)).Condition);
        Assert.Equal(0, cloud.Twin.Calls.Total("arm.agentPools.put"));
    }

    [Theory]
    [InlineData("ResourceNotFound", "The Resource 'Microsoft.ContainerService/managedClusters/aks-twin' under resource group 'rg' was not found.")]
    [InlineData("ResourceGroupNotFound", "Resource group 'rg' could not be found.")]
    public async Task ReadPool_ClusterMissing_SaysNothingAboutThePool(string code, string message)
    {
        await using var cloud = await TwinCloud.StartAsync();
        cloud.Twin.InjectedFaults.Add(new InjectedFault { Call = "arm.agentPools.get", Status = 404, Code = code, Message = message });

        var failure = await Assert.ThrowsAsync<NotFoundException>(() => cloud.Services.Make<AgentPools>().ReadAsync(cloud.Pool(), default));

        Assert.Equal(code, failure.Code);
    }

    [Fact]
    public async Task DeletePool_NinetyLookAlikes_DeletesOnlyTheOne()
    {
        await using var cloud = await TwinCloud.StartAsync(configure: s => s["Installation"] = "blue");
        var (pools, own) = (cloud.Services.Make<AgentPools>(), cloud.Pool());
        await pools.EnsureAsync(own, default);
        var alike = PoolMarks.Of(own, "tenantsandbox", "blue").ToTags().ToDictionary();
        for (var i = 2; i <= 91; i++)
        {
            // Every tag is right but one, which differs a little.
            var tags = new Dictionary<string, string>(alike);
            var changed = tags.Keys.Order(StringComparer.Ordinal).ElementAt(i % tags.Count);
            tags[changed] = (i / tags.Count % 3) switch { 0 => tags[changed].ToUpperInvariant() + "1", 1 => $"{tags[changed]} ", _ => $"{tags[changed]}{i}" };
            await cloud.MakePoolAsync($"kata{i}", tags);
        }

        for (var i = 1; i <= 91; i++)
        {
            await pools.DeleteAsync(own with { Name = $"kata{i}" }, default);
            await pools.DeleteAsync(own with { Name = $"kata{i}", Generation = i }, default);
        }

        Assert.Equal(PoolCondition.Absent, (await pools.ReadAsync(own, default)).Condition);
        Assert.Equal(1, cloud.Twin.Calls.Total("arm.agentPools.delete"));
        for (var i = 2; i <= 91; i++)
        {
            Assert.True((await cloud.Pools.ExistsAsync($"kata{i}")).Value, $"kata{i} was deleted");
        }
    }
}
