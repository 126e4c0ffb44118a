using System.Net.Http.Json;
using Azure;
using Azure.ResourceManager.ContainerService;

namespace TenantSandbox.AksTwin.Tests;

public sealed class ArmInjectedFaultTests
{
    [Fact]
    public async Task Refuse_AddedOverHttp_AppliesOnceWithDefaultMessage()
    {
        await using var twin = await ArmTestHost.StartAsync();
        using var added = await twin.Http.PostAsJsonAsync("/twin/faults", new[] { new { call = "arm.agentPools.put", target = "kata*", status = 429, code = "Throttled", retryAfter = 7 } });
        Assert.Equal(204, (int)added.StatusCode);

        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => Create(twin));

        Assert.Equal((429, "Throttled"), (refused.Status, refused.ErrorCode));
        Assert.Equal(TimeSpan.FromSeconds(7).TotalSeconds.ToString("0", null), refused.GetRawResponse()!.Headers.TryGetValue("Retry-After", out var s) ? s : null);
        Assert.True((await Create(twin)).HasValue);
    }

    [Fact]
    public async Task FailLate_Put_LeavesAFailedPoolThatTheSamePutRepairs()
    {
        await using var twin = await ArmTestHost.StartAsync();
        twin.Host.InjectedFaults.Add(new InjectedFault { Call = "arm.agentPools.put", Kind = InjectedFaultKind.FailLate, Code = "ZonalAllocationFailed" });

        var failed = await Assert.ThrowsAsync<RequestFailedException>(() => Create(twin));

        Assert.Equal("ZonalAllocationFailed", failed.ErrorCode);
        var data = (await twin.Pools.GetAsync("kata1")).Value.Data;
        Assert.Equal(("Failed", "ZonalAllocationFailed"), (data.ProvisioningState, data.StatusProvisioningError.Code));
        Assert.Empty(twin.NodesOf("kata1"));
        Assert.Equal("Succeeded", (await Create(twin)).Value.Data.ProvisioningState);
        Assert.Single(twin.NodesOf("kata1"));
    }

    [Fact]
    public async Task LoseAnswer_Put_AbortsTheConnectionAfterCreatingThePool()
    {
        await using var twin = await ArmTestHost.StartAsync();
        twin.Host.InjectedFaults.Add(new InjectedFault { Call = "arm.agentPools.put", Kind = InjectedFaultKind.LoseAnswer });

        await Assert.ThrowsAnyAsync<Exception>(() => Create(twin));

        Assert.True((await twin.Pools.ExistsAsync("kata1")).Value);
        var again = await Assert.ThrowsAsync<RequestFailedException>(() =>
            twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", ArmTestHost.Kata(), ifMatch: null, ifNoneMatch: "*"));
        Assert.Equal(412, again.Status);
    }

    [Fact]
    public async Task NodesNeverReady_Put_SucceedsWithNotReadyNodes()
    {
        await using var twin = await ArmTestHost.StartAsync();
        twin.Host.InjectedFaults.Add(new InjectedFault { Call = "arm.agentPools.put", Kind = InjectedFaultKind.NodesNeverReady });

        Assert.Equal("Succeeded", (await Create(twin)).Value.Data.ProvisioningState);

        Assert.False(Assert.Single(twin.NodesOf("kata1")).IsReady);
    }

    [Fact]
    public async Task Calls_SeveralKinds_AreCountedByName()
    {
        await using var twin = await ArmTestHost.StartAsync();
        await Create(twin);
        await twin.Cluster.GetAsync();

        var counts = await twin.Http.GetFromJsonAsync<Dictionary<string, int>>("/twin/calls");

        Assert.Equal(1, counts!["arm.agentPools.put"]);
        Assert.Equal(1, counts["arm.managedClusters.get"]);
        Assert.Equal(1, counts["arm.operations.get"]);
        Assert.Equal(4, twin.Host.Calls.Total("arm."));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("""{"kind":"Refuse"}""")]
    [InlineData("""{"call":"arm.*","kind":"Nonsense"}""")]
    public async Task Faults_InvalidJson_AreRejected(string body)
    {
        await using var twin = await ArmTestHost.StartAsync();

        using var content = new StringContent(body);
        using var response = await twin.Http.PostAsync(new Uri("/twin/faults", UriKind.Relative), content);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Empty(twin.Host.InjectedFaults.Pending);
    }

    private static Task<Azure.ResourceManager.ArmOperation<ContainerServiceAgentPoolResource>> Create(ArmTestHost twin) =>
        twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Kata(), default(CancellationToken));
}
