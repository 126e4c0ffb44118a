using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Placement;

/// <summary>Starts operations of pools again, and restores pools that a lost ledger had. Pure.</summary>
public static class LedgerRecovery
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(12);

    /// <summary>
    /// Starts a pool's operation again: one whose orchestration died, or a failed deletion. Deletions are retried after 15 minutes,
    /// then after twice as long each time, at most 12 hours. Idempotent.
    /// </summary>
    public static LedgerChange<bool> Restart(LedgerState state, PoolRestart restart)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(restart);
        if (state.Find(restart.PoolName) is not { } pool || pool.OperationId(state.ClusterId) != restart.InstanceId)
        {
            return new(state, false, []);
        }

        switch (pool.Phase)
        {
            case PoolPhase.Creating or PoolPhase.Unwanted:
                var (writes, notBefore) = state.Writes.Spend(restart.RequestedAt, restart.Timing);
                var again = pool with { Restarts = pool.Restarts + 1, NotBefore = notBefore };
                var after = state.With(again) with { Writes = writes };
                return new(after, true, [after.CreationOf(again)]);
            case PoolPhase.Deleting:
            case PoolPhase.Stuck when restart.RequestedAt >= pool.Since.GetValueOrDefault() + RetryDelay(pool.Deletions):
                var (deleting, deletion) = state.Delete(pool, restart.RequestedAt, restart.Timing);
                return new(deleting, true, [deletion]);
            default:
                return new(state, false, []);
        }
    }

    /// <summary>Restores a pool and its reservations. Reservations that the ledger has already are left as they are. Idempotent.</summary>
    public static LedgerChange<bool> Adopt(LedgerState state, PoolAdoption adoption)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(adoption);
        var found = adoption.Pool;
        if (!found.IsOwned || found.Marks is not { GenerationNumber: { } generation } marks || adoption.Reservations.Count == 0
            || (state.Find(found.Name) is { } known && (known.Generation != generation || !known.IsOpen)))
        {
            return new(state, false, []);
        }

        var template = KeyedTemplate.Of(TemplateOf(found, adoption.Template));
        var pool = state.Find(found.Name) ?? new PoolRecord
        {
            Name = found.Name,
            Generation = generation,
            Phase = PoolPhase.Ready,
            Tier = marks.Tier == PoolMarks.TierName(TenantTier.Dedicated) ? TenantTier.Dedicated : TenantTier.Pooled,
            DedicatedTo = marks.Tenant,
            Template = template.Key,
            NotBefore = adoption.AdoptedAt,
            ResourceId = found.ResourceId,
            Since = adoption.AdoptedAt,
        };
        if (pool.DedicatedTo is { } tenant && adoption.Reservations.Any(r => r.TenantId != tenant))
        {
            return new(state, false, []);
        }

        var missing = adoption.Reservations.Where(a => !pool.Reservations.Any(r => r.BelongsTo(a.TenantId, a.Incarnation)));
        pool = pool with
        {
            Reservations = [.. pool.Reservations, .. missing.Select(a => new Reservation(a.TenantId, a.Incarnation, FootprintOf(a, template.Template), null, a.Sequence))],
        };
        return new(
            state with
            {
                Sequence = Math.Max(state.Sequence, generation),
                Pools = [.. state.Pools.Where(p => p.Name != pool.Name), pool],
                Templates = [.. state.Templates.Where(t => t.Key != template.Key), template],
                Unknown = [.. state.Unknown.Where(u => u.Name != pool.Name)],
            },
            true,
            []);
    }

    private static TimeSpan RetryDelay(int deletions)
    {
        var delay = FirstRetry * Math.Pow(2, Math.Clamp(deletions - 1, 0, 16));
        return delay < LongestRetry ? delay : LongestRetry;
    }

    private static Footprint FootprintOf(AdoptedReservation reservation, PoolTemplate template) =>
        (reservation.Pods is { } pods ? CapacityModel.Measure(template, pods).Footprint : null) ?? CapacityModel.Whole(PoolShape.Of(template));

    private static PoolTemplate TemplateOf(FoundPool found, PoolTemplate template)
    {
        var maxPods = found.MaxPods ?? template.MaxPods;
        var sized = template with
        {
            MinCount = found.MinCount ?? found.Count ?? template.MinCount,
            MaxCount = found.MaxCount ?? found.Count ?? template.MaxCount,
            MaxPods = maxPods,
            WorkloadRuntime = found.WorkloadRuntime ?? template.WorkloadRuntime,
            OsSku = found.OsSku ?? template.OsSku,
            Zones = found.Zones ?? template.Zones,
        };
        if ((found.VmSize is null || found.VmSize == template.VmSize) && maxPods == template.MaxPods)
        {
            return sized;
        }

        // Of an unknown size only the name is known; the template's capacity then stands in for it.
        return VmSizes.Find(found.VmSize ?? template.VmSize) is { } size && NodeCapacity.Of(size, maxPods) is var capacity
            ? sized with
            {
                VmSize = size.Name,
                NodeAllocatableMemoryMiB = capacity.MemoryMiB,
                NodeAllocatableCpuMillis = capacity.CpuMillis,
                NodeEphemeralMiB = capacity.EphemeralMiB,
            }
            : sized with { VmSize = found.VmSize ?? template.VmSize };
    }
}
