using CsCheck;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Placement;

/// <summary>
/// Random updates of tenants while pools become ready, fail, get stuck, are missing or have names that are taken. CsCheck prints the
/// seed of a failing case.
/// </summary>
public sealed class ReservationSequencePropertyTests
{
    private static readonly Gen<(int Kind, int Tenant, int Value)[]> Steps = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 11]).Array[1, 120];

    [Fact]
    public void ReserveAndRelease_AnySequence_KeepsTheInvariants() => Steps.Sample(steps =>
    {
        var (state, sequence) = (Templates.EmptyLedger, 0L);
        var held = new Dictionary<(string Tenant, long Sequence), TenantTier>();
        foreach (var (kind, number, value) in steps)
        {
            var tenant = $"t{number}";
            switch (kind)
            {
                case 0 or 1:
                    var tier = value % 4 == 0 ? TenantTier.Dedicated : TenantTier.Pooled;
                    (state, var answer, _) = PlacementLedger.Reserve(state, Templates.Reserve(tenant, value + 1, tier: tier, sequence: ++sequence));
                    Assert.NotEqual(ReserveOutcome.Observe, answer.Outcome);
                    if (answer.Outcome != ReserveOutcome.Refused)
                    {
                        held[(tenant, sequence)] = tier;
                    }

                    break;
                case 2:
                    long? released = value == 0 ? null : held.Keys.Where(k => k.Tenant == tenant).Select(k => k.Sequence).Order().FirstOrDefault();
                    (state, _, _) = PlacementLedger.Release(state, Templates.Release(tenant, sequence: released));
                    break;
                case 3 or 4 when state.Pools.Count > 0:
                    var outcome = (PoolOutcome)(value % 4);
                    (state, _, _) = PlacementLedger.Complete(state, Templates.Report(state.Pools[number % state.Pools.Count].Name, outcome));
                    break;
                case 5 when state.Pools.Count > 0:
                    var error = TenantError.Create(null, "Test", "test");
                    (state, _, _) = ClusterComparison.Report(
                        state, new(state.Pools[number % state.Pools.Count].Name, value % 2 == 0, error, Templates.Timing, DateTimeOffset.UnixEpoch));
                    break;
            }

            Check(state, held);
        }
    });

    private static void Check(LedgerState state, Dictionary<(string Tenant, long Sequence), TenantTier> held)
    {
        foreach (var pool in state.Pools)
        {
            Assert.True(CapacityModel.Fits(PoolShape.Of(state.TemplateOf(pool)), pool.TotalFootprint()), "a pool is overbooked");
            Assert.True(pool.DedicatedTo is null || pool.Reservations.All(r => r.TenantId == pool.DedicatedTo), "a dedicated pool is shared");
            Assert.True(pool.Phase is PoolPhase.Ready or PoolPhase.Creating or PoolPhase.Unusable || pool.Reservations.Count == 0, "a pool that is deleted has tenants");
            Assert.True(pool.Phase is not (PoolPhase.Ready or PoolPhase.Creating or PoolPhase.Unusable) || pool.Reservations.Count > 0, "a pool is kept for nobody");
            Assert.All(pool.Reservations, r => Assert.Equal(held[(r.TenantId, r.Sequence)], pool.Tier));
        }

        var all = state.Pools.SelectMany(p => p.Reservations.Select(r => (r.TenantId, r.Sequence))).ToArray();
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.Equal(state.Pools.Count, state.Pools.Select(p => p.Name).Distinct().Count());
    }
}
