using System.Net.Http.Json;
using Azure;
using Azure.ResourceManager.ContainerService;

namespace TenantSandbox.AksTwin.Tests;

public sealed class ArmFaultTests
{
    [Fact]
    public async Task Refuse_ScriptedOverHttp_StrikesOnceWithItsUsualMessage()
    {
        await using var twin = await ArmTwin.StartAsync();
        using var scripted = await twin.Http.PostAsJsonAsync("/twin/faults", new[] { new { call = "arm.agentPools.put", target = "kata*", status = 429, code = "Throttled", retryAfter = 7 } });
        Assert.Equal(204, (int)scripted.StatusCode);

        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => Create(twin));

        Assert.Equal((429, "Throttled"), (refused.Status, refused.ErrorCode));
        Assert.Equal(TimeSpan.FromSeconds(7).TotalSeconds.ToString("0", null), refused.GetRawResponse()!.Headers.TryGetValue("Retry-After", out var s) ? s : null);
        Assert.True((await Create(twin)).HasValue);
    }

    [Fact]
    public async Task FailLate_OnPut_LeavesAFailedPoolThatTheSamePutRepairs()
    {
        await using var twin = await ArmTwin.StartAsync();
        twin.Host.Faults.Add(new Fault { Call = "arm.agentPools.put", Kind = FaultKind.FailLate, Code = "ZonalAllocationFailed" });

        var failed = await Assert.ThrowsAsync<RequestFailedException>(() => Create(twin));

        Assert.Equal("ZonalAllocationFailed", failed.ErrorCode);
        var data = (await twin.Pools.GetAsync("kata1")).Value.Data;
        Assert.Equal(("Failed", "ZonalAllocationFailed"), (data.ProvisioningState, data.StatusProvisioningError.Code));
        Assert.Empty(twin.NodesOf("kata1"));
        Assert.Equal("Succeeded", (await Create(twin)).Value.Data.ProvisioningState);
        Assert.Single(twin.NodesOf("kata1"));
    }

    [Fact]
    public async Task LoseAnswer_OnPut_BreaksTheConnectionAfterThePoolWasMade()
    {
        await using var twin = await ArmTwin.StartAsync();
        twin.Host.Faults.Add(new Fault { Call = "arm.agentPools.put", Kind = FaultKind.LoseAnswer });

        await Assert.ThrowsAnyAsync<Exception>(() => Create(twin));

        Assert.True((await twin.Pools.ExistsAsync("kata1")).Value);
        var again = await Assert.ThrowsAsync<RequestFailedException>(() =>
            twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", ArmTwin.Kata(), ifMatch: null, ifNoneMatch: "*"));
        Assert.Equal(412, again.Status);
    }

    [Fact]
    public async Task NodesNeverReady_OnPut_SucceedsWithNodesThatSaySo()
    {
        await using var twin = await ArmTwin.StartAsync();
        twin.Host.Faults.Add(new Fault { Call = "arm.agentPools.put", Kind = FaultKind.NodesNeverReady });

        Assert.Equal("Succeeded", (await Create(twin)).Value.Data.ProvisioningState);

        Assert.False(Assert.Single(twin.NodesOf("kata1")).IsReady);
    }

    [Fact]
    public async Task Calls_AfterAFewOfThem_AreCountedByKind()
    {
        await using var twin = await ArmTwin.StartAsync();
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
    public async Task Faults_ThatAreNone_AreRefused(string body)
    {
        await using var twin = await ArmTwin.StartAsync();

        using var content = new StringContent(body);
        using var response = await twin.Http.PostAsync(new Uri("/twin/faults", UriKind.Relative), content);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Empty(twin.Host.Faults.Pending);
    }

    private static Task<Azure.ResourceManager.ArmOperation<ContainerServiceAgentPoolResource>> Create(ArmTwin twin) =>
        twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTwin.Kata(), default(CancellationToken));
}
