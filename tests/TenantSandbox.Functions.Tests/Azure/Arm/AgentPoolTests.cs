using TenantSandbox.AksTwin;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Azure.Arm;

namespace TenantSandbox.Functions.Tests.Azure.Arm;

/// <summary>The pool pools over the wire, against the twin's ARM endpoint.</summary>
public sealed class AgentPoolTests
{
    private static readonly TimingProfile OneMinute = TimingProfile.Instant with { PoolCreate = TimeSpan.FromMinutes(1), PoolDelete = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task EnsurePool_NewPool_IsInProgressThenReadyWithEveryFieldInPlace()
    {
        await using var cloud = await TwinCloud.StartAsync(OneMinute);
        var (pools, pool) = Start(cloud);

        Assert.Equal(PoolCondition.InProgress, (await pools.EnsureAsync(pool, default)).Condition);
        Assert.Equal(PoolCondition.InProgress, (await pools.ReadAsync(pool, default)).Condition);
        cloud.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(PoolCondition.Ready, (await pools.ReadAsync(pool, default)).Condition);

        var data = (await cloud.Pools.GetAsync(pool.Name)).Value.Data;
        Assert.Equal("KataVmIsolation", data.WorkloadRuntime?.ToString());
        Assert.Equal("AzureLinux", data.OSSku?.ToString());
        Assert.Equal("User", data.Mode?.ToString());
        Assert.Equal((true, 1, 10, 50), (data.EnableAutoScaling, data.MinCount, data.MaxCount, data.MaxPods));
        Assert.Equal(["sandbox=kata:NoSchedule"], data.NodeTaints);
        Assert.Equal(pool.Name, data.NodeLabels["tenantsandbox/pool"]);
        Assert.Equal("tenantsandbox", data.Tags["tenantsandbox-owner"]);
        Assert.Equal("1", data.Tags["tenantsandbox-generation"]);
        Assert.Equal("acme", data.Tags["tenantsandbox-tenant"]);
    }

    [Fact]
    public async Task EnsurePool_Repeated_WritesOnce()
    {
        await using var cloud = await TwinCloud.StartAsync(OneMinute);
        var (pools, pool) = Start(cloud);

        await pools.EnsureAsync(pool, default);
        await pools.EnsureAsync(pool, default);
        cloud.Time.Advance(TimeSpan.FromMinutes(2));
        var last = await pools.EnsureAsync(pool, default);

        Assert.Equal(PoolCondition.Ready, last.Condition);
        Assert.Equal(1, cloud.Twin.Calls.Total("arm.agentPools.put"));
    }

    [Fact]
    public async Task EnsurePool_AnswerLost_FindsThePoolAtTheNextTry()
    {
        await using var cloud = await TwinCloud.StartAsync();
        var (pools, pool) = Start(cloud);
        cloud.Twin.InjectedFaults.Add(new InjectedFault { Call = "arm.agentPools.put", Kind = InjectedFaultKind.LoseAnswer });

        var first = await pools.EnsureAsync(pool, default);
        var second = await pools.EnsureAsync(pool, default);

        // The retry met its own pool: "already there" is a conflict, which asks to be called again.
        Assert.Equal((PoolCondition.InProgress, ErrorClass.Conflict), (first.Condition, first.ErrorClass));
        Assert.Equal(PoolCondition.Ready, second.Condition);
    }

    [Theory]
    [InlineData("tenantsandbox", 2)]
    [InlineData("blue", 1)]
    public async Task EnsurePool_NameTakenByAnother_IsNotOursAndLeftAlone(string owner, long generation)
    {
        await using var cloud = await TwinCloud.StartAsync();
        var (pools, pool) = Start(cloud);
        await using (var other = App.Create(Settings(cloud, owner)))
        {
            await other.Make<AgentPools>().EnsureAsync(pool with { Generation = generation }, default);
        }

        var seen = await pools.EnsureAsync(pool, default);

        Assert.Equal(PoolCondition.NotOurs, seen.Condition);
        Assert.Contains($"owned by {owner}, installation {owner}, cluster west-1, generation {generation}", seen.Detail, StringComparison.Ordinal);
        Assert.Equal(PoolCondition.NotOurs, (await pools.ReadAsync(pool, default)).Condition);
        Assert.Equal(PoolCondition.NotOurs, (await pools.DeleteAsync(pool, default)).Condition);
        Assert.True((await cloud.Pools.ExistsAsync(pool.Name)).Value);
    }

    [Fact]
    public async Task EnsurePool_FailedPoolOfOurs_IsWrittenAgain()
    {
        await using var cloud = await TwinCloud.StartAsync(OneMinute);
        var (pools, pool) = Start(cloud);
        cloud.Twin.InjectedFaults.Add(new InjectedFault { Call = "arm.agentPools.put", Kind = InjectedFaultKind.FailLate, Code = "ZonalAllocationFailed" });
        await pools.EnsureAsync(pool, default);
        cloud.Time.Advance(TimeSpan.FromMinutes(2));

        var failed = await pools.ReadAsync(pool, default);
        await pools.EnsureAsync(pool, default);
        cloud.Time.Advance(TimeSpan.FromMinutes(2));
        var repaired = await pools.ReadAsync(pool, default);

        Assert.Equal((PoolCondition.Failed, ErrorClass.Capacity, "ZonalAllocationFailed"), (failed.Condition, failed.ErrorClass, failed.Code));
        Assert.Equal(PoolCondition.Ready, repaired.Condition);
    }

    [Theory]
    [InlineData(429, "Throttled", ErrorClass.Throttled)]
    [InlineData(409, "OperationNotAllowed", ErrorClass.Conflict)]
    [InlineData(400, "NodePoolMcVersionIncompatible", ErrorClass.Conflict)]
    public async Task EnsurePool_NotAcceptedYet_SaysWhenToCallAgain(int status, string code, ErrorClass expected)
    {
        await using var cloud = await TwinCloud.StartAsync();
        var (pools, pool) = Start(cloud);
        cloud.Twin.InjectedFaults.Add(new InjectedFault { Call = "arm.agentPools.put", Status = status, Code = code, RetryAfter = 42 });

        var seen = await pools.EnsureAsync(pool, default);

        Assert.Equal((PoolCondition.InProgress, expected, code), (seen.Condition, seen.ErrorClass, seen.Code));
        Assert.Equal(status == 429 ? 42 : null, seen.RetryAfterSeconds);
        Assert.Equal(1, cloud.Twin.Calls.Total("arm.agentPools.put"));
        Assert.Equal(PoolCondition.Absent, (await pools.ReadAsync(pool, default)).Condition);
    }

    [Theory]
    [InlineData(400, "SkuNotAvailable", typeof(CapacityException))]
    [InlineData(400, "ErrCode_InsufficientVCPUQuota", typeof(QuotaException))]
    [InlineData(403, "AuthorizationFailed", typeof(InvalidException))]
    [InlineData(404, "ResourceGroupNotFound", typeof(NotFoundException))]
    public async Task EnsurePool_Refused_ThrowsItsClass(int status, string code, Type expected)
    {
        await using var cloud = await TwinCloud.StartAsync();
        var (pools, pool) = Start(cloud);
        cloud.Twin.InjectedFaults.Add(new InjectedFault { Call = "arm.agentPools.put", Status = status, Code = code });

        var thrown = await Assert.ThrowsAnyAsync<SandboxException>(() => pools.EnsureAsync(pool, default));

        Assert.Equal((expected, code), (thrown.GetType(), thrown.Code));
        Assert.Contains($"create agent pool {pool.Name} on cluster west-1", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadPool_ServerError_IsRetriedShortly()
    {
        await using var cloud = await TwinCloud.StartAsync();
        var (pools, pool) = Start(cloud);
        cloud.Twin.InjectedFaults.Add(new InjectedFault { Call = "arm.agentPools.get", Status = 503, Code = "ServiceUnavailable" });

        Assert.Equal(PoolCondition.Absent, (await pools.ReadAsync(pool, default)).Condition);
    }

    [Fact]
    public async Task DeletePool_Ours_IsInProgressThenAbsent()
    {
        await using var cloud = await TwinCloud.StartAsync(OneMinute);
        var (pools, pool) = Start(cloud);
        await pools.EnsureAsync(pool, default);
        cloud.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(PoolCondition.InProgress, (await pools.DeleteAsync(pool, default)).Condition);
        Assert.Equal(PoolCondition.InProgress, (await pools.DeleteAsync(pool, default)).Condition);
        Assert.Equal(1, cloud.Twin.Calls.Total("arm.agentPools.delete"));
        cloud.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(PoolCondition.Absent, (await pools.DeleteAsync(pool, default)).Condition);
    }

    [Fact]
    public async Task DeletePool_DrainFails_IsFailedWithItsCauseAndCanBeRetried()
    {
        await using var cloud = await TwinCloud.StartAsync(OneMinute);
        var (pools, pool) = Start(cloud);
        await pools.EnsureAsync(pool, default);
        cloud.Time.Advance(TimeSpan.FromMinutes(2));
        cloud.Twin.InjectedFaults.Add(new InjectedFault
        {
            Call = "arm.agentPools.delete",
            Kind = InjectedFaultKind.FailLate,
            Code = "PodDrainFailure",
            Message = "Drain of node aks-kata1-0 failed when evicting pod web-1.",
        });

        var requested = await pools.DeleteAsync(pool, default);
        cloud.Time.Advance(TimeSpan.FromMinutes(2));
        var failed = await pools.ReadAsync(pool, default);
        await pools.DeleteAsync(pool, default);
        cloud.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.True(requested.IsDeleting);
        Assert.Equal((PoolCondition.Failed, ErrorClass.Conflict, "PodDrainFailure"), (failed.Condition, failed.ErrorClass, failed.Code));
        Assert.Contains("web-1", failed.Detail, StringComparison.Ordinal);
        Assert.Equal(PoolCondition.Absent, (await pools.ReadAsync(pool, default)).Condition);
    }

    [Fact]
    public async Task DeletePool_NeverMade_IsAbsent()
    {
        await using var cloud = await TwinCloud.StartAsync();
        var (pools, pool) = Start(cloud);

        Assert.Equal(PoolCondition.Absent, (await pools.DeleteAsync(pool, default)).Condition);
    }

    private static (AgentPools Pools, PoolRef Pool) Start(TwinCloud cloud) => (cloud.Services.Make<AgentPools>(), cloud.Pool());

    private static Dictionary<string, string?> Settings(TwinCloud cloud, string owner) => new(cloud.Settings) { ["Owner"] = owner };
}
