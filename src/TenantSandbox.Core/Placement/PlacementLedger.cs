using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Placement;

/// <summary>
/// Who has room in which agent pool of one cluster: chooses pools, has them made when there is no room, and deleted when
/// nobody is left in them. Pure: state and input in; state, answer and work to start out.
/// </summary>
/// <remarks>
/// A pool goes when its last reservation goes, and from then on nobody can reserve in it: a tenant that comes at that
/// moment gets another pool. So no tenant is ever in a pool that is being deleted.
/// </remarks>
public static class PlacementLedger
{
    /// <summary>Reserves room for a tenant, in a pool that has it or in a new one. Asked again, it gives the same room.</summary>
    public static (LedgerState State, ReserveAnswer Answer, PoolOperation? Work) Reserve(LedgerState state, ReserveRequest request)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(request);
        if (state.Pools.FirstOrDefault(p => p.Reservations.Any(r => r.BelongsTo(request.TenantId, request.Incarnation))) is { } mine)
        {
            return (state, AnswerFor(state, mine, "It was reserved before."), null);
        }

        if (state.Pools.Sum(p => p.Reservations.Count) >= LedgerState.MaxReservations)
        {
            return Refuse(state, ErrorClass.Capacity, "ReservationLimit", $"it has {LedgerState.MaxReservations} tenants, which is this system's limit for one cluster");
        }

        var choice = request.Tier == TenantTier.Pooled ? PoolChoice.Best(state, request) : null;
        if (choice is { } found)
        {
            var joined = found.Pool with { Reservations = [.. found.Pool.Reservations, Reservation(request, found.Footprint, found.Pool)] };
            var after = state.With(joined);
            return (after, AnswerFor(after, joined, found.Reason), null);
        }

        return ReserveNew(state, request);
    }

    /// <summary>Gives a tenant's room free. The pool goes with its last reservation.</summary>
    public static (LedgerState State, ReleaseAnswer Answer, PoolOperation? Work) Release(LedgerState state, ReleaseRequest request)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(request);
        var pool = state.Pools.FirstOrDefault(p => p.Reservations.Any(r => r.BelongsTo(request.TenantId, request.Incarnation)))
            ?? (request.PoolName is { } name ? state.Find(name) : null);
        if (pool is null)
        {
            return (state, new(null, IsPoolBeingDeleted: false, 0), null);
        }

        var left = pool with { Reservations = [.. pool.Reservations.Where(r => !r.BelongsTo(request.TenantId, request.Incarnation))] };
        if (left.Reservations.Count > 0)
        {
            return (state.With(left), new(state.RefOf(pool), IsPoolBeingDeleted: false, left.Reservations.Count), null);
        }

        left = left with { DeletionWaiters = [.. left.DeletionWaiters.Append(request.Waiter).Distinct()] };
        var answer = new ReleaseAnswer(state.RefOf(pool), IsPoolBeingDeleted: true, 0);
        switch (pool.Phase)
        {
            case PoolPhase.Ready or PoolPhase.Stuck:
                var (deleting, work) = Delete(state, left, request.RequestedAt, request.Timing);
                return (deleting, answer, work);
            case PoolPhase.Creating:
                // AKS runs one operation at a time on a pool: the deletion follows when the creation has ended.
                return (state.With(left with { Phase = PoolPhase.Unwanted }), answer, null);
            default:
                return (state.With(left), answer, null);
        }
    }

    /// <summary>Takes in how making or deleting a pool ended, and says who is to be told. Told again, it changes nothing.</summary>
    public static (LedgerState State, IReadOnlyList<string> Waiters, PoolOperation? Work) Complete(LedgerState state, PoolReport report)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(report);
        if (state.Find(report.PoolName) is not { } pool || pool.Phase is PoolPhase.Ready or PoolPhase.Stuck)
        {
            return (state, [], null);
        }

        string[] waiters = [.. pool.Reservations.Select(r => r.Waiter).OfType<string>(), .. pool.DeletionWaiters];
        switch (report.Outcome, pool.Phase)
        {
            case (PoolOutcome.Ready, PoolPhase.Creating):
                var ready = pool with { Phase = PoolPhase.Ready, Reservations = [.. pool.Reservations.Select(r => r with { Waiter = null })] };
                return (state.With(ready), waiters, null);
            case (PoolOutcome.Ready, PoolPhase.Unwanted):
                var (deleting, work) = Delete(state, pool, report.EndedAt, report.Timing);
                return (deleting, [], work);
            case (PoolOutcome.Gone, _):
                return (state.Without(pool), waiters, null);
            case (PoolOutcome.Stuck, _):
                return (state.With(pool with { Phase = PoolPhase.Stuck, Reservations = [], DeletionWaiters = [], Error = report.Error }), waiters, null);
            default:
                return (state, [], null);
        }
    }

    private static (LedgerState, ReserveAnswer, PoolOperation?) ReserveNew(LedgerState state, ReserveRequest request)
    {
        if (state.Pools.Count >= LedgerState.MaxPools)
        {
            return Refuse(state, ErrorClass.Capacity, "PoolLimit", $"no pool has room, and it has {state.Pools.Count} of at most {LedgerState.MaxPools} pools");
        }

        var (footprint, refusal) = CapacityModel.Measure(request.Template, request.Pods);
        if (footprint is null)
        {
            return Refuse(state, ErrorClass.Invalid, "PodTooLarge", refusal!);
        }

        var shape = PoolShape.Of(request.Template);
        if (!CapacityModel.Fits(shape, footprint))
        {
            return Refuse(state, ErrorClass.Invalid, "TenantTooLarge", $"{footprint.Pods} pods with up to {footprint.MaxCpuMillis} mCPU and {footprint.MaxMemoryMiB} MiB each "
                + $"are not sure to fit even an empty pool of {shape.Nodes} {request.Template.VmSize} nodes");
        }

        var (writes, notBefore) = state.Writes.Spend(request.RequestedAt, request.Timing);
        var template = KeyedTemplate.Of(request.Template);
        var generation = state.Sequence + 1;
        var pool = new PoolRecord
        {
            Name = $"kata{generation}",
            Generation = generation,
            Phase = PoolPhase.Creating,
            Tier = request.Tier,
            DedicatedTo = request.Tier == TenantTier.Dedicated ? request.TenantId : null,
            Template = template.Key,
            NotBefore = notBefore,
        };
        pool = pool with { Reservations = [Reservation(request, footprint, pool)] };
        var after = state with
        {
            Sequence = generation,
            Pools = [.. state.Pools, pool],
            Templates = [.. state.Templates.Where(t => t.Key != template.Key), template],
            Writes = writes,
        };
        var why = request.Tier == TenantTier.Dedicated ? "A dedicated tenant gets a pool of its own." : "No pool has room, so one is made.";
        return (after, AnswerFor(after, pool, why), new(after.RefOf(pool), IsDeletion: false, notBefore, $"pool.{state.ClusterId}.{pool.Name}.create"));
    }

    private static (LedgerState, PoolOperation) Delete(LedgerState state, PoolRecord pool, DateTimeOffset at, OperationTiming timing)
    {
        var (writes, notBefore) = state.Writes.Spend(at, timing);
        var deleting = pool with { Phase = PoolPhase.Deleting, Error = null, Deletions = pool.Deletions + 1 };
        var after = state.With(deleting) with { Writes = writes };
        return (after, new(after.RefOf(pool), IsDeletion: true, notBefore, $"pool.{state.ClusterId}.{pool.Name}.delete.{deleting.Deletions}"));
    }

    private static Reservation Reservation(ReserveRequest request, Footprint footprint, PoolRecord pool) =>
        new(request.TenantId, request.Incarnation, footprint, pool.Phase == PoolPhase.Creating ? request.Waiter : null);

    private static ReserveAnswer AnswerFor(LedgerState state, PoolRecord pool, string why) =>
        pool.Phase == PoolPhase.Ready
            ? new(ReserveOutcome.Use, state.RefOf(pool), null, why)
            : new(ReserveOutcome.Wait, state.RefOf(pool), pool.NotBefore, why);

    private static (LedgerState, ReserveAnswer, PoolOperation?) Refuse(LedgerState state, ErrorClass errorClass, string code, string why) =>
        (state, new(ReserveOutcome.Refused, null, null, why, TenantError.Create(errorClass, code, $"Cluster '{state.ClusterId}': {why}.")), null);

    private static LedgerState With(this LedgerState state, PoolRecord pool) =>
        state with { Pools = [.. state.Pools.Select(p => p.Name == pool.Name ? pool : p)] };

    private static LedgerState Without(this LedgerState state, PoolRecord pool)
    {
        PoolRecord[] pools = [.. state.Pools.Where(p => p.Name != pool.Name)];
        return state with { Pools = pools, Templates = [.. state.Templates.Where(t => pools.Any(p => p.Template == t.Key))] };
    }
}
