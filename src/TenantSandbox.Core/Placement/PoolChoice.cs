using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Placement;

/// <summary>A pool that has capacity for a tenant.</summary>
/// <param name="Pool">The pool, with the new reservation.</param>
/// <param name="Reason">Why this pool was chosen.</param>
internal sealed record PoolChoice(PoolRecord Pool, string Reason)
{
    /// <summary>
    /// The pool that the tenant holds a reservation in, if the larger of both needs fits there: its pods are then replaced in
    /// place. Null when it holds none, or when it must move.
    /// </summary>
    public static PoolChoice? Current(LedgerState state, ReserveRequest request) =>
        state.Pools
            .Where(p => p.IsOpen && p.Tier == request.Tier && p.Reservations.Any(r => r.BelongsTo(request.TenantId, request.Incarnation)))
            .OrderByDescending(p => p.Name == request.CurrentPool)
            .ThenByDescending(p => p.Reservations.Where(r => r.BelongsTo(request.TenantId, request.Incarnation)).Max(r => r.Sequence))
            .Select(p => TryChoose(state, p, request))
            .OfType<PoolChoice>()
            .Select(c => c with { Reason = "The tenant's pool has enough capacity." })
            .FirstOrDefault();

    /// <summary>
    /// The best shared pool with enough capacity: ready pools before pools being created, then the fullest (so that others empty
    /// and are deleted), then the oldest. Null when none has capacity, and for dedicated tenants.
    /// </summary>
    public static PoolChoice? Shared(LedgerState state, ReserveRequest request) =>
        state.Pools
            .Where(p => p.IsOpen && p.Tier == TenantTier.Pooled && request.Tier == TenantTier.Pooled)
            .OrderBy(p => p.Phase == PoolPhase.Ready ? 0 : 1)
            .ThenByDescending(p => p.TotalFootprint().Share)
            .ThenBy(p => p.Generation)
            .Select(p => TryChoose(state, p, request))
            .OfType<PoolChoice>()
            .FirstOrDefault();

    private static PoolChoice? TryChoose(LedgerState state, PoolRecord pool, ReserveRequest request)
    {
        var template = state.TemplateOf(pool);

        // A pool with another workload runtime has other node labels, which the current RuntimeClasses don't select.
        if (template.WorkloadRuntime != request.Template.WorkloadRuntime
            || VolumeZones.FindRefusal(template, request.VolumeZones) is not null
            || CapacityModel.Measure(template, request.Pods).Footprint is not { } footprint)
        {
            return null;
        }

        var shape = PoolShape.Of(template);
        var joined = pool.With(request, footprint);
        var total = joined.TotalFootprint();
        return CapacityModel.Fits(shape, total)
            ? new(joined, $"The fullest pool with enough capacity: {total.Pods} pods on at most {shape.Nodes} nodes.")
            : null;
    }
}
