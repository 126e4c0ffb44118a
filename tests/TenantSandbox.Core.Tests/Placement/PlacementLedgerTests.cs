using System.Text.Json;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Placement;

public sealed class PlacementLedgerTests
{
    private LedgerState _state = Templates.EmptyLedger;
    private PoolOperation? _operation;
    private IReadOnlyList<string> _waiters = [];

    [Fact]
    public void Reserve_EmptyCluster_CreatesPoolAndWaits()
    {
        var answer = Reserve(Templates.Reserve("acme"));

        Assert.Equal((ReserveOutcome.Wait, "kata1"), (answer.Outcome, answer.Pool?.Name));
        Assert.Equal(("pool.aks1.kata1.create", false), (_operation?.InstanceId, _operation!.IsDeletion));
        Assert.Matches("^[a-z][a-z0-9]{0,11}$", answer.Pool!.Name);
    }

    [Fact]
    public void Reserve_SecondTenant_SharesPoolBeingCreated()
    {
        Reserve(Templates.Reserve("acme"));

        Assert.Equal((ReserveOutcome.Wait, "kata1"), Reserve(Templates.Reserve("beta")) is var a ? (a.Outcome, a.Pool?.Name) : default);
        Assert.Null(_operation);

        Complete("kata1", PoolOutcome.Ready);
        Assert.Equal(["acme.1.1.onboard", "beta.1.1.onboard"], _waiters);
    }

    [Fact]
    public void Reserve_Again_ReturnsSameReservation()
    {
        Reserve(Templates.Reserve("acme"));
        Complete("kata1", PoolOutcome.Ready);

        Assert.Equal(ReserveOutcome.Use, Reserve(Templates.Reserve("acme")).Outcome);
        Assert.Single(_state.Pools[0].Reservations);
    }

    [Fact]
    public void Reserve_NoCapacityLeft_CreatesAnotherPool()
    {
        Reserve(Templates.Reserve("acme", replicas: 12));
        Complete("kata1", PoolOutcome.Ready);

        Assert.Equal("kata2", Reserve(Templates.Reserve("beta")).Pool?.Name);
    }

    [Fact]
    public void Reserve_Dedicated_GetsItsOwnPool()
    {
        Reserve(Templates.Reserve("acme", tier: TenantTier.Dedicated));

        Assert.Equal("kata2", Reserve(Templates.Reserve("beta", tier: TenantTier.Dedicated)).Pool?.Name);
        Assert.Equal("kata3", Reserve(Templates.Reserve("gamma")).Pool?.Name);
        Assert.Equal("acme", _state.Pools[0].DedicatedTo);
    }

    [Fact]
    public void Reserve_SeveralPoolsWithCapacity_ChoosesFullestReadyPool()
    {
        Reserve(Templates.Reserve("acme", replicas: 12));
        Complete("kata1", PoolOutcome.Ready);
        Reserve(Templates.Reserve("beta", replicas: 2));
        Complete("kata2", PoolOutcome.Ready);
        Release("acme", "kata1");
        Reserve(Templates.Reserve("gamma", replicas: 11));

        Assert.Equal("kata2", Reserve(Templates.Reserve("delta")).Pool?.Name);
    }

    [Fact]
    public void Reserve_PoolOfAnotherRuntime_IsNotUsed()
    {
        Reserve(Templates.Reserve("acme", template: Templates.Template(workloadRuntime: "KataMshvVmIsolation")));

        Assert.Equal("kata2", Reserve(Templates.Reserve("beta")).Pool?.Name);
    }

    [Fact]
    public void Reserve_TenantTooLarge_IsRefusedWithReason()
    {
        var answer = Reserve(Templates.Reserve("acme", replicas: 13));

        Assert.Equal((ReserveOutcome.Refused, ErrorClass.Invalid, "TenantTooLarge"), (answer.Outcome, answer.Error?.ErrorClass, answer.Error?.Code));
        Assert.Empty(_state.Pools);
    }

    [Fact]
    public void Reserve_ClusterFullOfPools_IsRefused()
    {
        for (var i = 0; i < LedgerState.MaxPools; i++)
        {
            Reserve(Templates.Reserve($"t{i}", tier: TenantTier.Dedicated));
        }

        Assert.Equal("PoolLimit", Reserve(Templates.Reserve("late", tier: TenantTier.Dedicated)).Error?.Code);
    }

    [Fact]
    public void Release_LastTenant_DeletesPoolAndNotifiesWaiter()
    {
        Reserve(Templates.Reserve("acme"));
        Complete("kata1", PoolOutcome.Ready);

        Assert.True(Release("acme", "kata1").IsPoolBeingDeleted);
        Assert.Equal("pool.aks1.kata1.delete.1", _operation?.InstanceId);
        Assert.Equal("kata2", Reserve(Templates.Reserve("beta")).Pool?.Name);

        Complete("kata1", PoolOutcome.Gone);
        Assert.Equal(["acme.1.2.offboard"], _waiters);
        Assert.Equal("kata2", Assert.Single(_state.Pools).Name);
    }

    [Fact]
    public void Release_OneOfTwo_KeepsThePool()
    {
        Reserve(Templates.Reserve("acme"));
        Reserve(Templates.Reserve("beta"));
        Complete("kata1", PoolOutcome.Ready);

        Assert.Equal((false, 1), Release("acme", "kata1") is var a ? (a.IsPoolBeingDeleted, a.RemainingTenants) : default);
        Assert.Null(_operation);
    }

    [Fact]
    public void Release_WhilePoolIsCreated_DeletesItAfterwards()
    {
        Reserve(Templates.Reserve("acme"));

        Assert.True(Release("acme", "kata1").IsPoolBeingDeleted);
        Assert.Null(_operation);
        Complete("kata1", PoolOutcome.Ready);

        Assert.Empty(_waiters);
        Assert.True(_operation?.IsDeletion);
        Complete("kata1", PoolOutcome.Gone);
        Assert.Equal(["acme.1.2.offboard"], _waiters);
    }

    [Fact]
    public void Release_Again_ReturnsSameAnswerAndStartsNothing()
    {
        Reserve(Templates.Reserve("acme"));
        Complete("kata1", PoolOutcome.Ready);
        Release("acme", "kata1");

        Assert.True(Release("acme", "kata1").IsPoolBeingDeleted);
        Assert.Null(_operation);
        Complete("kata1", PoolOutcome.Gone);
        Assert.Equal(new ReleaseAnswer(null, false, 0), Release("acme", "kata1"));
    }

    [Fact]
    public void Complete_CreationFailed_DropsReservationsAndNotifiesAll()
    {
        Reserve(Templates.Reserve("acme"));
        Reserve(Templates.Reserve("beta"));

        Complete("kata1", PoolOutcome.Gone);

        Assert.Equal(2, _waiters.Count);
        Assert.Empty(_state.Pools);
        Assert.Equal("kata2", Reserve(Templates.Reserve("acme")).Pool?.Name);
    }

    [Fact]
    public void Complete_DeletionStuck_KeepsPoolAndRetriesOnNextRelease()
    {
        Reserve(Templates.Reserve("acme"));
        Complete("kata1", PoolOutcome.Ready);
        Release("acme", "kata1");
        Complete("kata1", PoolOutcome.Stuck);

        Assert.Equal(PoolPhase.Stuck, Assert.Single(_state.Pools).Phase);
        Assert.True(Release("acme", "kata1").IsPoolBeingDeleted);
        Assert.Equal("pool.aks1.kata1.delete.2", _operation?.InstanceId);
    }

    [Fact]
    public void Reserve_WriteBudgetSpent_DelaysTheNextPool()
    {
        var template = Templates.Reserve("x").Timing with { WriteBurst = 2, WriteRefillSeconds = 60 };
        DateTimeOffset?[] starts = [.. Enumerable.Range(0, 4).Select(i =>
            Reserve(Templates.Reserve($"t{i}", tier: TenantTier.Dedicated) with { Timing = template }).NotBefore)];

        Assert.Equal([0, 0, 60, 120], starts.Select(s => (int)(s!.Value - DateTimeOffset.UnixEpoch).TotalSeconds));
    }

    [Fact]
    public void Serialize_ThenDeserialize_IsTheSameAndSmall()
    {
        for (var i = 0; i < 100; i++)
        {
            Reserve(Templates.Reserve($"tenant-number-{i}", cpu: 100, memory: 128, template: Templates.Template(maxNodes: 100)));
        }

        Complete("kata1", PoolOutcome.Ready);
        var json = JsonSerializer.Serialize(_state);

        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<LedgerState>(json)));
        Assert.InRange(json.Length, 1, 100 * 150);
    }

    [Fact]
    public void Deserialize_YesterdaysState_ReadsEveryField()
    {
        const string Yesterday = """
            {"clusterId":"aks1","sequence":2,"pools":[{"name":"kata2","generation":2,"phase":"creating","tier":"dedicated","dedicatedTo":"acme","template":"k",
             "reservations":[{"tenantId":"acme","incarnation":1,"footprint":{"pods":1,"share":250000,"maxCpu":1000,"maxMem":1152},"waiter":"w"}],
             "farewells":[],"notBefore":"1970-01-01T00:00:00+00:00","deletions":0,"error":null}],
             "templates":[{"key":"k","template":{"vmSize":"Standard_D4s_v5","workloadRuntime":"KataVmIsolation","osSku":"AzureLinux","minCount":1,"maxCount":3,
             "maxPods":30,"nodeAllocatableMemoryMiB":12000,"nodeAllocatableCpuMillis":4000,"sizeClasses":[],"zones":[]}}],
             "writes":{"total":2,"fullAt":"1970-01-01T00:00:01+00:00"}}
            """;

        var state = JsonSerializer.Deserialize<LedgerState>(Yesterday)!;

        var pool = Assert.Single(state.Pools);
        Assert.Equal(("kata2", PoolPhase.Creating, TenantTier.Dedicated, "acme"), (pool.Name, pool.Phase, pool.Tier, pool.DedicatedTo));
        Assert.Equal(new Reservation("acme", 1, new(1, 250_000, 1_000, 1_152), "w"), Assert.Single(pool.Reservations));
        Assert.Equal(8, state.RefOf(pool).Template.SystemPodsPerNode);
        Assert.Equal((2, 2), ((int)state.Sequence, (int)state.Writes.Total));
    }

    private ReserveAnswer Reserve(ReserveRequest request)
    {
        (_state, var answer, var operations) = PlacementLedger.Reserve(_state, request);
        _operation = operations.SingleOrDefault();
        return answer;
    }

    private ReleaseAnswer Release(string tenant, string? pool, long? sequence = null)
    {
        (_state, var answer, var operations) = PlacementLedger.Release(_state, Templates.Release(tenant, pool, sequence: sequence));
        _operation = operations.SingleOrDefault();
        return answer;
    }

    private void Complete(string pool, PoolOutcome outcome)
    {
        (_state, _waiters, var operations) = PlacementLedger.Complete(_state, Templates.Report(pool, outcome));
        _operation = operations.SingleOrDefault();
    }
}
