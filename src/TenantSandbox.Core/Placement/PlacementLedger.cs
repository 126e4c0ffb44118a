using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Placement;

/// <summary>
/// Reserves capacity in one cluster's agent pools: chooses a pool, asks for a new one when none has capacity, and for its deletion
/// when its last reservation is released. Pure: takes state and input, returns state, answer and the pool operation to start.
/// </summary>
/// <remarks>
/// A pool is closed for reservations from the moment its last one is released: a tenant that arrives then gets another pool.
/// So no tenant is ever placed in a pool that is being deleted.
/// </remarks>
public static class PlacementLedger
{
    /// <summary>Reserves capacity for a tenant, in an existing pool if one has enough, else in a new one. Idempotent per incarnation.</summary>
    public static (LedgerState State, ReserveAnswer Answer, PoolOperation? Operation) Reserve(LedgerState state, ReserveRequest request)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(request);
        if (state.Pools.FirstOrDefault(p => p.Reservations.Any(r => r.BelongsTo(request.TenantId, request.Incarnation))) is { } reserved)
        {
            return (state, AnswerFor(state, reserved, "Already reserved."), null);
        }

        if (state.Pools.Sum(p => p.Reservations.Count) >= LedgerState.MaxReservations)
        {
            return Refuse(state, ErrorClass.Capacity, "ReservationLimit", $"the cluster has {LedgerState.MaxReservations} tenants, which is this system's limit for one cluster");
        }

        var choice = request.Tier == TenantTier.Pooled ? PoolChoice.Best(state, request) : null;
        if (choice is { Pool: { } pool })
        {
            var joined = pool with { Reservations = [.. pool.Reservations, Reservation(request, choice.Footprint, pool)] };
            var after = state.With(joined);
            return (after, AnswerFor(after, joined, choice.Reason), null);
        }

        return ReserveInNewPool(state, request);
    }

    /// <summary>Releases a tenant's reservation; deletes the pool when the last one is released. Idempotent.</summary>
    public static (LedgerState State, ReleaseAnswer Answer, PoolOperation? Operation) Release(LedgerState state, ReleaseRequest request)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(request);
        var pool = state.Pools.FirstOrDefault(p => p.Reservations.Any(r => r.BelongsTo(request.TenantId, request.Incarnation)))
            ?? (request.PoolName is { } name ? state.Find(name) : null);
        if (pool is null)
        {
            return (state, new(null, IsPoolBeingDeleted: false, 0), null);
        }

        var released = pool with { Reservations = [.. pool.Reservations.Where(r => !r.BelongsTo(request.TenantId, request.Incarnation))] };
        if (released.Reservations.Count > 0)
        {
            return (state.With(released), new(state.RefOf(pool), IsPoolBeingDeleted: false, released.Reservations.Count), null);
        }

        released = released with { DeletionWaiters = [.. released.DeletionWaiters.Append(request.Waiter).Distinct()] };
        var answer = new ReleaseAnswer(state.RefOf(pool), IsPoolBeingDeleted: true, 0);
        switch (pool.Phase)
        {
            case PoolPhase.Ready or PoolPhase.Stuck:
                var (after, deletion) = Delete(state, released, request.RequestedAt, request.Timing);
                return (after, answer, deletion);
            case PoolPhase.Creating:
                // AKS runs one operation at a time on a pool, so the deletion starts when the creation has ended.
                return (state.With(released with { Phase = PoolPhase.Unwanted }), answer, null);
            default:
                return (state.With(released), answer, null);
        }
    }

    /// <summary>Records how creating or deleting a pool ended, and returns the orchestrations to notify. Idempotent.</summary>
    public static (LedgerState State, IReadOnlyList<string> Waiters, PoolOperation? Operation) Complete(LedgerState state, PoolReport report)
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
                var (after, deletion) = Delete(state, pool, report.EndedAt, report.Timing);
                return (after, [], deletion);
            case (PoolOutcome.Gone, _):
                return (state.Without(pool), waiters, null);
            case (PoolOutcome.Stuck, _):
                return (state.With(pool with { Phase = PoolPhase.Stuck, Reservations = [], DeletionWaiters = [], Error = report.Error }), waiters, null);
            default:
                return (state, [], null);
        }
    }

    private static (LedgerState, ReserveAnswer, PoolOperation?) ReserveInNewPool(LedgerState state, ReserveRequest request)
    {
        if (state.Pools.Count >= LedgerState.MaxPools)
        {
            return Refuse(state, ErrorClass.Capacity, "PoolLimit", $"no pool has enough capacity, and the cluster has {state.Pools.Count} of at most {LedgerState.MaxPools} pools");
        }

        var (footprint, refusal) = CapacityModel.Measure(request.Template, request.Pods);
        if (footprint is null)
        {
            return Refuse(state, ErrorClass.Invalid, "PodTooLarge", refusal!);
        }

        var shape = PoolShape.Of(request.Template);
        if (!CapacityModel.Fits(shape, footprint))
        {
            return Refuse(state, ErrorClass.Invalid, "TenantTooLarge", $"{footprint.Pods} pods of up to {footprint.MaxCpuMillis} mCPU and {footprint.MaxMemoryMiB} MiB each "
                + $"are not guaranteed to fit even an empty pool of {shape.Nodes} {request.Template.VmSize} nodes");
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
        var reason = request.Tier == TenantTier.Dedicated ? "A dedicated tenant gets its own pool." : "No pool has enough capacity, so a new one is created.";
        var creation = new PoolOperation(after.RefOf(pool), IsDeletion: false, notBefore, $"pool.{state.ClusterId}.{pool.Name}.create");
        return (after, AnswerFor(after, pool, reason), creation);
    }

    private static (LedgerState, PoolOperation) Delete(LedgerState state, PoolRecord pool, DateTimeOffset now, OperationTiming timing)
    {
        var (writes, notBefore) = state.Writes.Spend(now, timing);
        var deleting = pool with { Phase = PoolPhase.Deleting, Error = null, Deletions = pool.Deletions + 1 };
        var after = state.With(deleting) with { Writes = writes };
        return (after, new(after.RefOf(pool), IsDeletion: true, notBefore, $"pool.{state.ClusterId}.{pool.Name}.delete.{deleting.Deletions}"));
    }

    private static Reservation Reservation(ReserveRequest request, Footprint footprint, PoolRecord pool) =>
        new(request.TenantId, request.Incarnation, footprint, pool.Phase == PoolPhase.Creating ? request.Waiter : null);

    private static ReserveAnswer AnswerFor(LedgerState state, PoolRecord pool, string reason) =>
        pool.Phase == PoolPhase.Ready
            ? new(ReserveOutcome.Use, state.RefOf(pool), null, reason)
            : new(ReserveOutcome.Wait, state.RefOf(pool), pool.NotBefore, reason);

    private static (LedgerState, ReserveAnswer, PoolOperation?) Refuse(LedgerState state, ErrorClass errorClass, string code, string reason) =>
        (state, new(ReserveOutcome.Refused, null, null, reason, TenantError.Create(errorClass, code, $"Cluster '{state.ClusterId}': {reason}.")), null);

    private static LedgerState With(this LedgerState state, PoolRecord pool) =>
        state with { Pools = [.. state.Pools.Select(p => p.Name == pool.Name ? pool : p)] };

    private static LedgerState Without(this LedgerState state, PoolRecord pool)
    {
        PoolRecord[] pools = [.. state.Pools.Where(p => p.Name != pool.Name)];
        return state with { Pools = pools, Templates = [.. state.Templates.Where(t => pools.Any(p => p.Template == t.Key))] };
    }
}
