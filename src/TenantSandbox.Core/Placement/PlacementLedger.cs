using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Placement;

/// <summary>
/// Reserves capacity in one cluster's agent pools: chooses a pool, asks for a new one when none has capacity, and for its deletion
/// when its last reservation is released. Pure: takes state and input, returns state, answer and the pool operations to start.
/// </summary>
/// <remarks>
/// A pool is closed for reservations from the moment its last one is released: a tenant that arrives then gets another pool.
/// So no tenant is ever placed in a pool that is being deleted.
/// </remarks>
public static class PlacementLedger
{
    /// <summary>
    /// Reserves capacity for an operation of a tenant: in the pool that the tenant holds a reservation in, else in another with
    /// enough capacity, else in a new one. Idempotent per operation.
    /// </summary>
    public static LedgerChange<ReserveAnswer> Reserve(LedgerState state, ReserveRequest request)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(request);
        if (state.Pools.FirstOrDefault(p => p.Reservations.Any(r => r.BelongsTo(request.TenantId, request.Incarnation, request.Sequence))) is { } reserved)
        {
            if (reserved.IsOpen)
            {
                return new(state, AnswerFor(state, reserved, "Already reserved."), []);
            }

            // The pool became unusable since.
            var (left, deletions) = Drop(state, reserved.Without(request.TenantId, request.Incarnation, request.Sequence), request.RequestedAt, request.Timing);
            var again = Reserve(left, request);
            return again with { Operations = [.. deletions, .. again.Operations] };
        }

        if (!state.IsObserved)
        {
            return new(state, new(ReserveOutcome.Observe, null, null, "The cluster's pools have not been listed yet."), []);
        }

        if (state.Pools.Sum(p => p.Reservations.Count) >= LedgerState.MaxReservations)
        {
            return Refuse(state, ErrorClass.Capacity, "ReservationLimit", $"the cluster has {LedgerState.MaxReservations} reservations, which is this system's limit for one cluster");
        }

        if ((PoolChoice.Current(state, request) ?? PoolChoice.Shared(state, request)) is { } choice)
        {
            var after = state.With(choice.Pool);
            return new(after, AnswerFor(after, choice.Pool, choice.Reason), []);
        }

        return ReserveInNewPool(state, request);
    }

    /// <summary>Releases one or all reservations of an incarnation; deletes each pool whose last reservation is released. Idempotent.</summary>
    public static LedgerChange<ReleaseAnswer> Release(LedgerState state, ReleaseRequest request)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(request);
        string[] names =
        [
            .. state.Pools
                .Where(p => p.Name == request.PoolName || p.Reservations.Any(r => r.BelongsTo(request.TenantId, request.Incarnation, request.Sequence)))
                .OrderByDescending(p => p.Name == request.PoolName)
                .Select(p => p.Name),
        ];
        var answers = new List<ReleaseAnswer>();
        var operations = new List<PoolOperation>();
        foreach (var name in names)
        {
            (state, var answer, var started) = ReleaseIn(state, state.Find(name)!, request);
            answers.Add(answer);
            operations.AddRange(started);
        }

        return answers is [var first, .. var others]
            ? new(state, first with { Others = others.Count > 0 ? others : null }, operations)
            : new(state, new(null, IsPoolBeingDeleted: false, 0), []);
    }

    /// <summary>Records how creating or deleting a pool ended, and returns the orchestrations to notify. Idempotent.</summary>
    public static LedgerChange<IReadOnlyList<string>> Complete(LedgerState state, PoolReport report)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(report);
        if (state.Find(report.PoolName) is not { } pool || pool.Phase is PoolPhase.Ready or PoolPhase.Unusable
            || (pool.Phase == PoolPhase.Stuck && !report.IsGone))
        {
            return new(state, [], []);
        }

        string[] waiters = [.. pool.Reservations.Select(r => r.Waiter).OfType<string>().Distinct(), .. pool.DeletionWaiters];
        switch (report.Outcome, pool.Phase)
        {
            case (PoolOutcome.Ready, PoolPhase.Creating):
                var ready = pool.In(PoolPhase.Ready, report.EndedAt) with
                {
                    ResourceId = report.ResourceId,
                    Reservations = [.. pool.Reservations.Select(r => r with { Waiter = null })],
                };
                return new(state.With(ready), waiters, []);
            case (PoolOutcome.Ready, PoolPhase.Unwanted):
                var (after, deletion) = state.Delete(pool with { ResourceId = report.ResourceId }, report.EndedAt, report.Timing);
                return new(after, [], [deletion]);
            case (PoolOutcome.NameTaken, PoolPhase.Creating):
                return Rename(state, pool, report, waiters);
            case (PoolOutcome.Gone or PoolOutcome.NameTaken, _):
                return new(state.Without(pool), waiters, []);
            case (PoolOutcome.Stuck, _):
                var stuck = pool.In(PoolPhase.Stuck, report.EndedAt) with { Reservations = [], DeletionWaiters = [], Error = report.Error };
                return new(state.With(stuck), waiters, []);
            default:
                return new(state, [], []);
        }
    }

    /// <summary>Stores a pool some of whose reservations were removed; deletes it when none is left.</summary>
    internal static (LedgerState State, IReadOnlyList<PoolOperation> Operations) Drop(
        LedgerState state, PoolRecord pool, DateTimeOffset now, OperationTiming timing)
    {
        if (pool.Reservations.Count > 0 || pool.Phase is PoolPhase.Unwanted or PoolPhase.Deleting)
        {
            return (state.With(pool), []);
        }

        if (pool.Phase == PoolPhase.Creating)
        {
            // AKS runs one operation at a time on a pool, so the deletion starts when the creation has ended.
            return (state.With(pool.In(PoolPhase.Unwanted, now)), []);
        }

        var (after, deletion) = state.Delete(pool, now, timing);
        return (after, [deletion]);
    }

    private static LedgerChange<ReleaseAnswer> ReleaseIn(LedgerState state, PoolRecord pool, ReleaseRequest request)
    {
        var released = pool.Without(request.TenantId, request.Incarnation, request.Sequence);
        if (released.Reservations.Count > 0)
        {
            return new(state.With(released), new(state.RefOf(pool), IsPoolBeingDeleted: false, released.Tenants), []);
        }

        released = released with { DeletionWaiters = [.. released.DeletionWaiters.Append(request.Waiter).Distinct()] };
        var (after, operations) = Drop(state, released, request.RequestedAt, request.Timing);
        var left = after.Find(pool.Name)!;
        return new(after, new(state.RefOf(pool), IsPoolBeingDeleted: true, 0, left.NotBefore, left.OperationId(state.ClusterId)), operations);
    }

    // The waiters are told, reserve again and find their reservation in the new pool.
    private static LedgerChange<IReadOnlyList<string>> Rename(LedgerState state, PoolRecord pool, PoolReport report, string[] waiters)
    {
        var template = state.TemplateOf(pool);
        var without = state.Without(pool) with { OtherNames = [.. state.OtherNames.Append(pool.Name).Distinct().Order(StringComparer.Ordinal)] };
        var (after, _, creation) = without.Create(template, report.EndedAt, report.Timing, created => created with
        {
            Tier = pool.Tier,
            DedicatedTo = pool.DedicatedTo,
            Reservations = pool.Reservations,
        });
        return new(after, waiters, [creation]);
    }

    private static LedgerChange<ReserveAnswer> ReserveInNewPool(LedgerState state, ReserveRequest request)
    {
        var pools = state.Pools.Count + state.Unknown.Count;
        if (pools >= LedgerState.MaxPools)
        {
            return Refuse(state, ErrorClass.Capacity, "PoolLimit", $"no pool has enough capacity, and the cluster has {pools} of at most {LedgerState.MaxPools} pools");
        }

        if (VolumeZones.FindRefusal(request.Template, request.VolumeZones) is { } unreachable)
        {
            return Refuse(state, ErrorClass.Invalid, "VolumeUnreachable", unreachable);
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

        var isDedicated = request.Tier == TenantTier.Dedicated;
        var (after, pool, creation) = state.Create(request.Template, request.RequestedAt, request.Timing, created =>
            (created with { Tier = request.Tier, DedicatedTo = isDedicated ? request.TenantId : null }).With(request, footprint));
        var reason = isDedicated ? "A dedicated tenant gets its own pool." : "No pool has enough capacity, so a new one is created.";
        return new(after, AnswerFor(after, pool, reason), [creation]);
    }

    private static ReserveAnswer AnswerFor(LedgerState state, PoolRecord pool, string reason) =>
        pool.Phase == PoolPhase.Ready
            ? new(ReserveOutcome.Use, state.RefOf(pool), null, reason, MustRead: true)
            : new(ReserveOutcome.Wait, state.RefOf(pool), pool.NotBefore, reason, OperationId: pool.OperationId(state.ClusterId));

    private static LedgerChange<ReserveAnswer> Refuse(LedgerState state, ErrorClass errorClass, string code, string reason) =>
        new(state, new(ReserveOutcome.Refused, null, null, reason, TenantError.Create(errorClass, code, $"Cluster '{state.ClusterId}': {reason}.")), []);
}
