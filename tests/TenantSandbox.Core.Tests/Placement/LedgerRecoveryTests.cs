using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Placement;

public sealed class LedgerRecoveryTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    private LedgerState _state = Templates.EmptyLedger;
    private IReadOnlyList<PoolOperation> _operations = [];

    [Fact]
    public void Restart_CreationDied_StartsAnotherOrchestrationOnce()
    {
        Reserve("acme");

        Assert.True(Restart("kata1", "pool.aks1.kata1.create"));
        Assert.Equal("pool.aks1.kata1.create.1", Assert.Single(_operations).InstanceId);
        Assert.False(Restart("kata1", "pool.aks1.kata1.create"));
        Assert.Empty(_operations);
    }

    [Fact]
    public void Restart_DeletionDied_StartsAnotherOrchestrationOnce()
    {
        Reserve("acme");
        Complete(PoolOutcome.Ready);
        Release("acme");

        Assert.True(Restart("kata1", "pool.aks1.kata1.delete.1"));
        Assert.Equal(("pool.aks1.kata1.delete.2", true), (_operations[0].InstanceId, _operations[0].IsDeletion));
        Assert.False(Restart("kata1", "pool.aks1.kata1.delete.1"));
    }

    [Fact]
    public void Restart_OperationReportedMeanwhile_ChangesNothing()
    {
        Reserve("acme");
        Complete(PoolOutcome.Ready);

        Assert.False(Restart("kata1", "pool.aks1.kata1.create"));
        Assert.False(Restart("kata1", null));
    }

    [Fact]
    public void Restart_StuckPool_RetriesLessAndLessOften()
    {
        Reserve("acme");
        Complete(PoolOutcome.Stuck);
        var delays = new List<double>();
        for (var (now, since) = (Start, Start); delays.Count < 9; now += TimeSpan.FromMinutes(1))
        {
            if (Restart("kata1", null, now))
            {
                delays.Add((now - since).TotalMinutes);
                since = now;
                (_state, _, _) = PlacementLedger.Complete(_state, Templates.Report("kata1", PoolOutcome.Stuck) with { EndedAt = now });
            }
        }

        Assert.Equal([15, 15, 30, 60, 120, 240, 480, 720, 720], delays);
    }

    [Fact]
    public void Adopt_PoolOfALostLedger_RestoresReservationsAndSequence()
    {
        var adoption = Adoption("kata7", 7, "acme", new("acme", 3, 12, [new("web", 2, 1_000, 1_024)]));

        Assert.True(Adopt(adoption));
        Assert.True(Adopt(adoption));

        var pool = Assert.Single(_state.Pools);
        Assert.Equal((PoolPhase.Ready, TenantTier.Dedicated, "acme", "/pools/kata7"), (pool.Phase, pool.Tier, pool.DedicatedTo, pool.ResourceId));
        Assert.Equal(("acme", 3, 12L, 2), Assert.Single(pool.Reservations) is var r ? (r.TenantId, r.Incarnation, r.Sequence, r.Footprint.Pods) : default);
        Assert.Equal(5, _state.TemplateOf(pool).MaxCount);
        Assert.Equal("kata8", Reserve("beta").Pool?.Name);
    }

    [Fact]
    public void Adopt_SpecUnknown_LeavesNoCapacityForOthers()
    {
        Assert.True(Adopt(Adoption("kata7", 7, null, new("acme", 1, 1, null))));

        Assert.Equal("kata8", Reserve("beta").Pool?.Name);
    }

    [Fact]
    public void Adopt_WhatIsNotOurs_IsRefused()
    {
        var own = Adoption("kata7", 7, "acme", new("acme", 1, 1, null));

        Assert.False(Adopt(own with { Pool = own.Pool with { Origin = PoolMatch.Other } }));
        Assert.False(Adopt(own with { Reservations = [] }));
        Assert.False(Adopt(own with { Reservations = [new("beta", 1, 1, null)] }));
        Assert.Empty(_state.Pools);
    }

    private static PoolAdoption Adoption(string name, long generation, string? tenant, AdoptedReservation reservation)
    {
        var tier = tenant is null ? TenantTier.Pooled : TenantTier.Dedicated;
        var marks = PoolMarks.Of(new("aks1", name, generation, tier, tenant, Templates.Template()), "me", "here");
        return new(new(name, $"/pools/{name}", PoolMatch.Same, marks, "Succeeded", null, 1, 1, 5, 30), Templates.Template(), [reservation], Start);
    }

    private ReserveAnswer Reserve(string tenant)
    {
        (_state, var answer, _operations) = PlacementLedger.Reserve(_state, Templates.Reserve(tenant));
        return answer;
    }

    private void Complete(PoolOutcome outcome) => (_state, _, _operations) = PlacementLedger.Complete(_state, Templates.Report("kata1", outcome));

    private void Release(string tenant) => (_state, _, _operations) = PlacementLedger.Release(_state, Templates.Release(tenant));

    private bool Restart(string pool, string? instanceId, DateTimeOffset? now = null)
    {
        (_state, var restarted, _operations) = LedgerRecovery.Restart(_state, new(pool, instanceId, Templates.Timing, now ?? Start));
        return restarted;
    }

    private bool Adopt(PoolAdoption adoption)
    {
        (_state, var adopted, _operations) = LedgerRecovery.Adopt(_state, adoption);
        return adopted;
    }
}
