using CsCheck;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Placement;

/// <summary>Random traffic on one cluster: tenants come and go, pools get ready, fail, go and get stuck, in any order.</summary>
public sealed class PlacementLedgerPropertyTests
{
    private static readonly Gen<Action<Traffic>> Step = Gen.Frequency(
        (6, Gen.Select(Gen.Int[0, 14], Gen.Int[1, 14], Gen.Int[0, 3], (t, r, d) => Do(x => x.Come($"t{t}", r, d == 0 ? TenantTier.Dedicated : TenantTier.Pooled)))),
        (5, Gen.Int[0, 14].Select(t => Do(x => x.Go($"t{t}")))),
        (6, Gen.Select(Gen.Int[0, 20], Gen.Int[0, 9], (n, how) => Do(x => x.EndWork(n, how)))));

    [Fact]
    public void AnySequence_KeepsTheInvariants() =>
        Step.List[1, 80].Sample(steps =>
        {
            var traffic = new Traffic();
            foreach (var step in steps)
            {
                step(traffic);
                traffic.Check();
            }
        });

    [Fact]
    public void AnySequence_EverybodyLeaves_NothingIsLeft() =>
        Step.List[1, 60].Sample(steps =>
        {
            var traffic = new Traffic();
            steps.ForEach(step => step(traffic));
            traffic.EverybodyLeaves();

            Assert.Empty(traffic.State.Pools);
            Assert.Empty(traffic.State.Templates);
            Assert.Empty(traffic.Waiting);
        });

    private static Action<Traffic> Do(Action<Traffic> step) => step;

    private sealed class Traffic
    {
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);
        private readonly Dictionary<string, PoolOperation> _work = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> _tenants = new(StringComparer.Ordinal);

        public LedgerState State { get; private set; } = new() { ClusterId = "aks1" };

        /// <summary>Orchestrations that were told to wait, and not told the end yet.</summary>
        public HashSet<string> Waiting { get; } = new(StringComparer.Ordinal);

        public void Come(string tenant, int replicas, TenantTier tier)
        {
            var request = Templates.Reserve(tenant, replicas, tier: tier);
            (State, var answer, var work) = PlacementLedger.Reserve(State, request);
            Start(work);
            if (answer.Outcome == ReserveOutcome.Refused)
            {
                Assert.False(_tenants.ContainsKey(tenant), "a tenant with room was refused");
                return;
            }

            Assert.True(!_tenants.TryGetValue(tenant, out var before) || before == answer.Pool!.Name, "a reservation moved");
            _tenants[tenant] = answer.Pool!.Name;
            if (answer.Outcome == ReserveOutcome.Wait)
            {
                Waiting.Add(request.Waiter);
            }
        }

        public void Go(string tenant)
        {
            _tenants.Remove(tenant, out var pool);
            var request = Templates.Release(tenant, pool);
            (State, var answer, var work) = PlacementLedger.Release(State, request);
            Start(work);
            Waiting.Remove($"{tenant}.1.1.onboard");
            if (answer.IsPoolBeingDeleted)
            {
                Waiting.Add(request.Waiter);
            }
        }

        public void EndWork(int which, int how)
        {
            if (_work.Count == 0)
            {
                return;
            }

            var (id, work) = _work.OrderBy(w => w.Key, StringComparer.Ordinal).ElementAt(which % _work.Count);
            _work.Remove(id);
            var end = (work.IsDeletion, how) switch
            {
                (_, 0) => PoolOutcome.Stuck,
                (true, _) => PoolOutcome.Gone,
                (false, 1 or 2) => PoolOutcome.Gone,
                _ => PoolOutcome.Ready,
            };
            (State, var waiters, var next) = PlacementLedger.Complete(State, Templates.Report(work.Pool.Name, end));
            Start(next);
            Waiting.ExceptWith(waiters);
            if (end != PoolOutcome.Ready)
            {
                foreach (var lost in _tenants.Where(t => t.Value == work.Pool.Name).Select(t => t.Key).ToArray())
                {
                    _tenants.Remove(lost);
                }
            }
        }

        public void EverybodyLeaves()
        {
            foreach (var tenant in _tenants.Keys.ToArray())
            {
                Go(tenant);
            }

            // What got stuck is tried again by a release that names it.
            foreach (var stuck in State.Pools.Where(p => p.Phase == PoolPhase.Stuck).ToArray())
            {
                (State, _, var work) = PlacementLedger.Release(State, Templates.Release("nobody", stuck.Name));
                Start(work);
            }

            while (_work.Count > 0)
            {
                EndWork(0, 9);
            }

            Waiting.Remove("nobody.1.2.offboard");
        }

        public void Check()
        {
            foreach (var pool in State.Pools)
            {
                Assert.True(pool.IsOpen || pool.Reservations.Count == 0, "a pool on its way out has tenants");
                Assert.True(!pool.IsOpen || pool.Reservations.Count > 0, "a pool without tenants stays");
                Assert.True(CapacityModel.Fits(PoolShape.Of(State.TemplateOf(pool)), pool.Load()), "a pool is overbooked");
                Assert.True(pool.DedicatedTo is null || pool.Reservations.All(r => r.TenantId == pool.DedicatedTo), "a dedicated pool is shared");
                Assert.True(pool.Phase is PoolPhase.Ready or PoolPhase.Stuck || _work.Values.Any(w => w.Pool.Name == pool.Name), "nobody works on a pool in motion");
            }

            var reserved = State.Pools.SelectMany(p => p.Reservations.Select(r => (r.TenantId, p.Name))).ToArray();
            Assert.Equal(_tenants.Select(t => (t.Key, t.Value)).Order(), reserved.Order());
            Assert.All(reserved, r => Assert.Equal(
                State.Find(r.Name)!.Phase == PoolPhase.Creating, Waiting.Contains($"{r.TenantId}.1.1.onboard")));
        }

        private void Start(PoolOperation? work)
        {
            if (work is null)
            {
                return;
            }

            Assert.True(_work.TryAdd(work.InstanceId, work), "an instance id was used twice");
            Assert.True(work.IsDeletion || _names.Add(work.Pool.Name), "a pool's name was used twice");
            Assert.Single(_work.Values, w => w.Pool.Name == work.Pool.Name);
        }
    }
}
