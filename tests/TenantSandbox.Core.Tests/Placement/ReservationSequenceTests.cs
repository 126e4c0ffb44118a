using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Placement;

/// <summary>Several reservations of one tenant: updates reserve first and release the old reservation afterwards.</summary>
public sealed class ReservationSequenceTests
{
    private LedgerState _state = Templates.EmptyLedger;
    private IReadOnlyList<PoolOperation> _operations = [];

    [Fact]
    public void Reserve_NextSequenceThatFits_StaysInThePoolAndCountsTheLarger()
    {
        ReserveReady("acme", replicas: 8);

        var answer = Reserve(Templates.Reserve("acme", replicas: 12, sequence: 2));

        Assert.Equal((ReserveOutcome.Use, "kata1", true), (answer.Outcome, answer.Pool?.Name, answer.MustRead));
        Assert.Equal(12, Pool("kata1").TotalFootprint().Pods);
        Assert.Equal([1L, 2L], Pool("kata1").Reservations.Select(r => r.Sequence));
    }

    [Fact]
    public void Reserve_NextSequenceThatDoesNotFit_MovesToAnotherPool()
    {
        ReserveReady("acme", replicas: 6);
        Reserve(Templates.Reserve("beta", replicas: 6));

        var answer = Reserve(Templates.Reserve("acme", replicas: 7, sequence: 2));

        Assert.Equal((ReserveOutcome.Wait, "kata2"), (answer.Outcome, answer.Pool?.Name));
        Assert.Equal(12, Pool("kata1").TotalFootprint().Pods);
    }

    [Fact]
    public void Release_OldSequenceAfterAMove_DeletesThePoolThatIsLeft()
    {
        ReserveReady("acme", replicas: 6);
        Reserve(Templates.Reserve("beta", replicas: 6));
        Reserve(Templates.Reserve("acme", replicas: 7, sequence: 2));
        Release("beta", null, null);

        var answer = Release("acme", "kata1", 1);

        Assert.Equal(("kata1", true, 0), (answer.Pool?.Name, answer.IsPoolBeingDeleted, answer.RemainingTenants));
        Assert.True(Assert.Single(_operations).IsDeletion);
        Assert.Equal(2, Assert.Single(Pool("kata2").Reservations).Sequence);
    }

    [Fact]
    public void Release_OneSequence_KeepsThePoolForTheOther()
    {
        ReserveReady("acme", replicas: 2);
        Reserve(Templates.Reserve("acme", replicas: 9, sequence: 2));

        Assert.Equal((false, 1), Release("acme", "kata1", 2) is var a ? (a.IsPoolBeingDeleted, a.RemainingTenants) : default);
        Assert.Equal(2, Pool("kata1").TotalFootprint().Pods);
        Assert.True(Release("acme", "kata1", 1).IsPoolBeingDeleted);
    }

    [Fact]
    public void Release_All_AnswersForEveryPool()
    {
        ReserveReady("acme", replicas: 6);
        Reserve(Templates.Reserve("beta", replicas: 6));
        Reserve(Templates.Reserve("acme", replicas: 7, sequence: 2));

        var answer = Release("acme", "kata2", null);

        Assert.Equal([("kata2", true), ("kata1", false)], answer.All.Select(a => (a.Pool!.Name, a.IsPoolBeingDeleted)));
        Assert.DoesNotContain(_state.Pools, p => p.Reservations.Any(r => r.TenantId == "acme"));
    }

    [Fact]
    public void Reserve_SameSequenceAgain_ReturnsTheSameReservation()
    {
        ReserveReady("acme", replicas: 2);
        Reserve(Templates.Reserve("acme", replicas: 3, sequence: 2));

        var again = Reserve(Templates.Reserve("acme", replicas: 3, sequence: 2));

        Assert.Equal((ReserveOutcome.Use, "kata1"), (again.Outcome, again.Pool?.Name));
        Assert.Equal(2, Pool("kata1").Reservations.Count);
        Assert.Empty(_operations);
    }

    [Fact]
    public void Reserve_DedicatedTenantGrows_StaysInItsPoolOrGetsAnotherOfItsOwn()
    {
        ReserveReady("acme", replicas: 2, TenantTier.Dedicated);

        Assert.Equal("kata1", Reserve(Templates.Reserve("acme", replicas: 12, tier: TenantTier.Dedicated, sequence: 2)).Pool?.Name);
        var larger = Reserve(Templates.Reserve("acme", replicas: 20, tier: TenantTier.Dedicated, template: Templates.Template(maxNodes: 5), sequence: 3));
        Assert.Equal(("kata2", "acme"), (larger.Pool?.Name, larger.Pool?.DedicatedTo));
    }

    [Fact]
    public void Reserve_TierChanges_LeavesTheSharedPool()
    {
        ReserveReady("acme", replicas: 2);

        var answer = Reserve(Templates.Reserve("acme", replicas: 2, tier: TenantTier.Dedicated, sequence: 2));

        Assert.Equal(("kata2", TenantTier.Dedicated, "acme"), (answer.Pool?.Name, answer.Pool?.Tier, answer.Pool?.DedicatedTo));
    }

    [Fact]
    public void Reserve_OtherIncarnation_IsAnotherNeed()
    {
        ReserveReady("acme", replicas: 6);

        Reserve(Templates.Reserve("acme", replicas: 6) with { Incarnation = 2 });

        Assert.Equal(12, Pool("kata1").TotalFootprint().Pods);
    }

    [Fact]
    public void Reserve_ReservationOfAnOlderVersion_IsKeptBesideTheNewOne()
    {
        ReserveReady("acme", replicas: 6);
        _state = _state with { Pools = [.. _state.Pools.Select(p => p with { Reservations = [.. p.Reservations.Select(r => r with { Sequence = 0 })] })] };

        Assert.Equal("kata1", Reserve(Templates.Reserve("acme", replicas: 8, sequence: 3)).Pool?.Name);
        Release("acme", "kata1", 0);
        Assert.Equal(3, Assert.Single(Pool("kata1").Reservations).Sequence);
    }

    [Fact]
    public void Complete_NameTaken_MovesReservationsToTheNextNameAndTellsTheWaiters()
    {
        Reserve(Templates.Reserve("acme"));
        Reserve(Templates.Reserve("beta"));

        var waiters = Complete(Templates.Report("kata1", PoolOutcome.NameTaken));

        Assert.Equal(["acme.1.1.onboard", "beta.1.1.onboard"], waiters);
        Assert.Equal(("pool.aks1.kata2.create", false), (Assert.Single(_operations).InstanceId, _operations[0].IsDeletion));
        Assert.Equal("kata2", Reserve(Templates.Reserve("acme")).Pool?.Name);
        Assert.Equal(["acme.1.1.onboard", "beta.1.1.onboard"], Complete(Templates.Report("kata2", PoolOutcome.Ready)));
        Assert.Equal("/pools/kata2", _state.RefOf(Pool("kata2")).ResourceId);
    }

    [Fact]
    public void Complete_NameTakenWhileUnwanted_TellsTheReleaser()
    {
        Reserve(Templates.Reserve("acme"));
        Release("acme", "kata1", 1);

        Assert.Equal(["acme.1.2.offboard"], Complete(Templates.Report("kata1", PoolOutcome.NameTaken)));
        Assert.Empty(_state.Pools);
        Assert.Empty(_operations);
    }

    [Fact]
    public void Complete_CreationStuck_KeepsThePoolForLaterDeletion()
    {
        Reserve(Templates.Reserve("acme"));
        Complete(Templates.Report("kata1", PoolOutcome.Stuck));

        Assert.Equal(PoolPhase.Stuck, Pool("kata1").Phase);
        Assert.Equal("kata2", Reserve(Templates.Reserve("acme")).Pool?.Name);
        Assert.True(Release("acme", "kata1", 1) is { IsPoolBeingDeleted: true });
        Assert.Equal("pool.aks1.kata1.delete.1", _operations.First(o => o.Pool.Name == "kata1").InstanceId);
    }

    private void ReserveReady(string tenant, int replicas, TenantTier tier = TenantTier.Pooled)
    {
        var name = Reserve(Templates.Reserve(tenant, replicas, tier: tier)).Pool!.Name;
        Complete(Templates.Report(name, PoolOutcome.Ready));
    }

    private PoolRecord Pool(string name) => _state.Find(name)!;

    private ReserveAnswer Reserve(ReserveRequest request)
    {
        (_state, var answer, _operations) = PlacementLedger.Reserve(_state, request);
        return answer;
    }

    private ReleaseAnswer Release(string tenant, string? pool, long? sequence)
    {
        (_state, var answer, _operations) = PlacementLedger.Release(_state, Templates.Release(tenant, pool, sequence: sequence));
        return answer;
    }

    private IReadOnlyList<string> Complete(PoolReport report)
    {
        (_state, var waiters, _operations) = PlacementLedger.Complete(_state, report);
        return waiters;
    }
}
