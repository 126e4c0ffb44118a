using Azure;
using Azure.ResourceManager.ContainerService;

namespace TenantSandbox.AksTwin.Tests;

public sealed class ArmConcurrencyTests
{
    private static readonly TimingProfile Slow = TimingProfile.Instant with { PoolCreate = TimeSpan.FromMinutes(3), PoolUpdate = TimeSpan.FromMinutes(1), PoolDelete = TimeSpan.FromMinutes(1) };

    // The table of AKS's documentation "use-etags".
    [Theory]
    [InlineData(false, null, null, 201)]
    [InlineData(false, "*", null, 412)]
    [InlineData(false, "\"old\"", null, 412)]
    [InlineData(false, null, "*", 201)]
    [InlineData(true, null, null, 200)]
    [InlineData(true, "*", null, 200)]
    [InlineData(true, "current", null, 200)]
    [InlineData(true, "\"old\"", null, 412)]
    [InlineData(true, null, "*", 412)]
    public async Task Put_ETagHeaders_ReturnsDocumentedStatus(bool exists, string? ifMatch, string? ifNoneMatch, int status)
    {
        await using var twin = await ArmTestHost.StartAsync();
        if (exists)
        {
            await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Kata(), default(CancellationToken));
        }

        if (ifMatch == "current")
        {
            ifMatch = (await twin.Pools.GetAsync("kata1")).Value.Data.ETag!.Value.ToString("H");
        }

        var actual = await StatusOf(async () =>
            (await twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", ArmTestHost.Kata(), ifMatch, ifNoneMatch)).GetRawResponse());

        Assert.Equal(status, actual);
    }

    [Theory]
    [InlineData("\"old\"", 412)]
    [InlineData("current", 202)]
    [InlineData("*", 202)]
    public async Task Delete_IfMatch_ReturnsDocumentedStatus(string ifMatch, int status)
    {
        await using var twin = await ArmTestHost.StartAsync();
        var pool = (await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Kata(), default(CancellationToken))).Value;
        if (ifMatch == "current")
        {
            ifMatch = pool.Data.ETag!.Value.ToString();
        }

        Assert.Equal(status, await StatusOf(async () => (await pool.DeleteAsync(WaitUntil.Started, null, ifMatch, default)).GetRawResponse()));
    }

    [Fact]
    public async Task ETag_AfterUpdate_ChangesForThatPoolOnly()
    {
        await using var twin = await ArmTestHost.StartAsync();
        var one = (await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Kata(), default(CancellationToken))).Value.Data;
        var two = (await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata2", ArmTestHost.Kata(), default(CancellationToken))).Value.Data;

        var updated = (await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", one, default(CancellationToken))).Value.Data;

        Assert.NotEqual(one.ETag, updated.ETag);
        Assert.Equal(two.ETag, (await twin.Pools.GetAsync("kata2")).Value.Data.ETag);
    }

    [Fact]
    public async Task Put_OperationInProgressOnThePool_Returns409OnlyForThatPool()
    {
        await using var twin = await ArmTestHost.StartAsync(Slow);
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", ArmTestHost.Kata(), default(CancellationToken));

        var refused = await Assert.ThrowsAsync<RequestFailedException>(() =>
            twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", ArmTestHost.Kata(), default(CancellationToken)));
        var other = await twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata2", ArmTestHost.Kata(), default(CancellationToken));

        Assert.Equal((409, "OperationNotAllowed"), (refused.Status, refused.ErrorCode));
        Assert.Contains("(kata1 - Creating) is in progress", refused.Message, StringComparison.Ordinal);
        Assert.Equal(201, other.GetRawResponse().Status);
    }

    [Fact]
    public async Task Put_ClusterOperationInProgress_Returns409UntilItEnds()
    {
        await using var twin = await ArmTestHost.StartAsync();
        using var busy = await twin.Http.PostAsync(new Uri("/twin/clusters/aks-twin/busy?seconds=30", UriKind.Relative), null);
        Assert.Equal(204, (int)busy.StatusCode);

        var refused = await Assert.ThrowsAsync<RequestFailedException>(() =>
            twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", ArmTestHost.Kata(), default(CancellationToken)));
        Assert.Equal("OperationNotAllowed", refused.ErrorCode);
        Assert.Equal("Updating", (await twin.Cluster.GetAsync()).Value.Data.ProvisioningState);

        twin.Time.Advance(TimeSpan.FromSeconds(31));

        Assert.True((await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Kata(), default(CancellationToken))).HasValue);
    }

    [Fact]
    public async Task Put_BucketEmpty_Returns429UntilItRefills()
    {
        await using var twin = await ArmTestHost.StartAsync(throttling: true);
        for (var i = 0; i < 20; i++)
        {
            await twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", ArmTestHost.Kata(), default(CancellationToken));
        }

        var throttled = await Assert.ThrowsAsync<RequestFailedException>(() =>
            twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", ArmTestHost.Kata(), default(CancellationToken)));

        Assert.Equal((429, "Throttled"), (throttled.Status, throttled.ErrorCode));
        Assert.True(throttled.GetRawResponse()!.Headers.TryGetValue("Retry-After", out var seconds));
        Assert.Equal("60", seconds);
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata2", ArmTestHost.Kata(), default(CancellationToken));
        twin.Time.Advance(TimeSpan.FromSeconds(60));
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", ArmTestHost.Kata(), default(CancellationToken));
    }

    [Fact]
    public async Task Get_MoreThan60Times_Returns429()
    {
        await using var twin = await ArmTestHost.StartAsync(throttling: true);

        var statuses = new List<int>();
        for (var i = 0; i < 61; i++)
        {
            statuses.Add(await StatusOf(async () => (await twin.Pools.GetAsync("systempool")).GetRawResponse()));
        }

        Assert.Equal(60, statuses.Count(s => s == 200));
        Assert.Equal(429, statuses[^1]);
    }

    private static async Task<int> StatusOf(Func<Task<Response>> call)
    {
        try
        {
            return (await call()).Status;
        }
        catch (RequestFailedException e)
        {
            return e.Status;
        }
    }
}
