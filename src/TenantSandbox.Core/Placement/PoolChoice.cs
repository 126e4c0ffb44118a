namespace TenantSandbox.Core.Placement;

/// <summary>A shared pool that has room for a tenant.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Footprint">What the tenant takes of it.</param>
/// <param name="Reason">Why this one.</param>
internal sealed record PoolChoice(PoolRecord Pool, Footprint Footprint, string Reason)
{
    /// <summary>
    /// The best shared pool: one that is there before one in the making, then the fullest (so that others empty and can
    /// go), then the oldest. Null when none has room.
    /// </summary>
    public static PoolChoice? Best(LedgerState state, ReserveRequest request) =>
        state.Pools
            .Where(p => p.IsOpen && p.Tier == request.Tier)
            .Select(p => Try(state, p, request))
            .OfType<PoolChoice>()
            .OrderBy(c => c.Pool.Phase == PoolPhase.Ready ? 0 : 1)
            .ThenByDescending(c => c.Pool.Load().Share)
            .ThenBy(c => c.Pool.Generation)
            .FirstOrDefault();

    private static PoolChoice? Try(LedgerState state, PoolRecord pool, ReserveRequest request)
    {
        var template = state.TemplateOf(pool);

        // A pool made for another kata runtime has other node labels, which today's RuntimeClasses don't select.
        if (template.WorkloadRuntime != request.Template.WorkloadRuntime
            || CapacityModel.Measure(template, request.Pods).Footprint is not { } footprint)
        {
            return null;
        }

        var shape = PoolShape.Of(template);
        var together = pool.Load().Add(footprint);
        return CapacityModel.Fits(shape, together)
            ? new(pool, footprint, $"The fullest pool with room: {together.Pods} pods on at most {shape.Nodes} nodes.")
            : null;
    }
}
