namespace TenantSandbox.Core.Placement;

/// <summary>A shared pool that has capacity for a tenant.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Footprint">What the tenant needs of it.</param>
/// <param name="Reason">Why this pool was chosen.</param>
internal sealed record PoolChoice(PoolRecord Pool, Footprint Footprint, string Reason)
{
    /// <summary>
    /// The best shared pool with enough capacity: ready pools before pools being created, then the fullest (so that others empty
    /// and are deleted), then the oldest. Null when none has capacity.
    /// </summary>
    public static PoolChoice? Best(LedgerState state, ReserveRequest request) =>
        state.Pools
            .Where(p => p.IsOpen && p.Tier == request.Tier)
            .Select(p => TryChoose(state, p, request))
            .OfType<PoolChoice>()
            .OrderBy(c => c.Pool.Phase == PoolPhase.Ready ? 0 : 1)
            .ThenByDescending(c => c.Pool.TotalFootprint().Share)
            .ThenBy(c => c.Pool.Generation)
            .FirstOrDefault();

    private static PoolChoice? TryChoose(LedgerState state, PoolRecord pool, ReserveRequest request)
    {
        var template = state.TemplateOf(pool);

        // A pool with another workload runtime has other node labels, which the current RuntimeClasses don't select.
        if (template.WorkloadRuntime != request.Template.WorkloadRuntime
            || CapacityModel.Measure(template, request.Pods).Footprint is not { } footprint)
        {
            return null;
        }

        var shape = PoolShape.Of(template);
        var total = pool.TotalFootprint().Add(footprint);
        return CapacityModel.Fits(shape, total)
            ? new(pool, footprint, $"The fullest pool with enough capacity: {total.Pods} pods on at most {shape.Nodes} nodes.")
            : null;
    }
}
