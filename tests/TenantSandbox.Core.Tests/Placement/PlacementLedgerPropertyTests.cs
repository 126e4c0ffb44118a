using CsCheck;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Placement;

/// <summary>Random operations on one cluster: tenants reserve and release, pools become ready, fail, are deleted and get stuck, in any order.</summary>
public sealed class PlacementLedgerPropertyTests
{
    private static readonly Gen<Action<Simulation>> Step = Gen.Frequency(
        (6, Gen.Select(Gen.Int[0, 14], Gen.Int[1, 14], Gen.Int[0, 3], (t, r, d) => Do(x => x.Reserve($"t{t}", r, d == 0 ? TenantTier.Dedicated : TenantTier.Pooled)))),
        (5, Gen.Int[0, 14].Select(t => Do(x => x.Release($"t{t}")))),
        (6, Gen.Select(Gen.Int[0, 20], Gen.Int[0, 9], (n, how) => Do(x => x.EndOperation(n, how)))));

    [Fact]
    public void ReserveAndRelease_AnySequence_KeepsTheInvariants() =>
        Step.List[1, 80].Sample(steps =>
        {
            var simulation = new Simulation();
            foreach (var step in steps)
            {
                step(simulation);
                simulation.Check();
            }
        });

    [Fact]
    public void Release_AllTenantsAfterAnySequence_LeavesNothing() =>
        Step.List[1, 60].Sample(steps =>
        {
            var simulation = new Simulation();
            steps.ForEach(step => step(simulation));
            simulation.ReleaseAll();

            Assert.Empty(simulation.State.Pools);
            Assert.Empty(simulation.State.Templates);
            Assert.Empty(simulation.Waiting);
        });

    private static Action<Simulation> Do(Action<Simulation> step) => step;

    private sealed class Simulation
    {
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);
        private readonly Dictionary<string, PoolOperation> _operations = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> _tenants = new(StringComparer.Ordinal);

        public LedgerState State { get; private set; } = Templates.EmptyLedger;

        /// <summary>Orchestrations that wait and were not notified yet.</summary>
        public HashSet<string> Waiting { get; } = new(StringComparer.Ordinal);

        public void Reserve(string tenant, int replicas, TenantTier tier)
        {
            var request = Templates.Reserve(tenant, replicas, tier: tier);
            (State, var answer, var operations) = PlacementLedger.Reserve(State, request);
            Start(operations);
            if (answer.Outcome == ReserveOutcome.Refused)
            {
                Assert.False(_tenants.ContainsKey(tenant), "a tenant with a reservation was refused");
                return;
            }

            Assert.True(!_tenants.TryGetValue(tenant, out var before) || before == answer.Pool!.Name, "a reservation moved");
            _tenants[tenant] = answer.Pool!.Name;
            if (answer.Outcome == ReserveOutcome.Wait)
            {
                Waiting.Add(request.Waiter);
            }
        }

        public void Release(string tenant)
        {
            _tenants.Remove(tenant, out var pool);
            var request = Templates.Release(tenant, pool);
            (State, var answer, var operations) = PlacementLedger.Release(State, request);
            Start(operations);
            Waiting.Remove($"{tenant}.1.1.onboard");
            if (answer.IsPoolBeingDeleted)
            {
                Waiting.Add(request.Waiter);
            }
        }

        public void EndOperation(int which, int how)
        {
            if (_operations.Count == 0)
            {
                return;
            }

            var (id, operation) = _operations.OrderBy(w => w.Key, StringComparer.Ordinal).ElementAt(which % _operations.Count);
            _operations.Remove(id);
            var outcome = (operation.IsDeletion, how) switch
            {
                (_, 0) => PoolOutcome.Stuck,
                (true, _) => PoolOutcome.Gone,
                (false, 1 or 2) => PoolOutcome.Gone,
                _ => PoolOutcome.Ready,
            };
            (State, var waiters, var next) = PlacementLedger.Complete(State, Templates.Report(operation.Pool.Name, outcome));
            Start(next);
            Waiting.ExceptWith(waiters);
            if (outcome != PoolOutcome.Ready)
            {
                foreach (var lost in _tenants.Where(t => t.Value == operation.Pool.Name).Select(t => t.Key).ToArray())
                {
                    _tenants.Remove(lost);
                }
            }
        }

        public void ReleaseAll()
        {
            foreach (var tenant in _tenants.Keys.ToArray())
            {
                Release(tenant);
            }

            // A release that names a stuck pool retries its deletion.
            foreach (var stuck in State.Pools.Where(p => p.Phase == PoolPhase.Stuck).ToArray())
            {
                (State, _, var operations) = PlacementLedger.Release(State, Templates.Release("nobody", stuck.Name));
                Start(operations);
            }

            while (_operations.Count > 0)
            {
                EndOperation(0, 9);
            }

            Waiting.Remove("nobody.1.2.offboard");
        }

        public void Check()
        {
            foreach (var pool in State.Pools)
            {
                Assert.True(pool.IsOpen || pool.Reservations.Count == 0, "a closed pool has tenants");
                Assert.True(!pool.IsOpen || pool.Reservations.Count > 0, "an open pool has no tenants");
                Assert.True(CapacityModel.Fits(PoolShape.Of(State.TemplateOf(pool)), pool.TotalFootprint()), "a pool is overbooked");
                Assert.True(pool.DedicatedTo is null || pool.Reservations.All(r => r.TenantId == pool.DedicatedTo), "a dedicated pool is shared");
                Assert.True(pool.Phase is PoolPhase.Ready or PoolPhase.Stuck || _operations.Values.Any(w => w.Pool.Name == pool.Name), "no operation runs for a pool in transition");
            }

            var reserved = State.Pools.SelectMany(p => p.Reservations.Select(r => (r.TenantId, p.Name))).ToArray();
            Assert.Equal(_tenants.Select(t => (t.Key, t.Value)).Order(), reserved.Order());
            Assert.All(reserved, r => Assert.Equal(
                State.Find(r.Name)!.Phase == PoolPhase.Creating, Waiting.Contains($"{r.TenantId}.1.1.onboard")));
        }

        private void Start(IReadOnlyList<PoolOperation> operations)
        {
            foreach (var operation in operations)
            {
                Assert.True(_operations.TryAdd(operation.InstanceId, operation), "an instance id was reused");
                Assert.True(operation.IsDeletion || _names.Add(operation.Pool.Name), "a pool name was reused");
                Assert.Single(_operations.Values, w => w.Pool.Name == operation.Pool.Name);
            }
        }
    }
}
