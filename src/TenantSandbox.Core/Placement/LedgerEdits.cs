namespace TenantSandbox.Core.Placement;

/// <summary>The elementary changes of a ledger.</summary>
internal static class LedgerEdits
{
    public static LedgerState With(this LedgerState state, PoolRecord pool) =>
        state with { Pools = [.. state.Pools.Select(p => p.Name == pool.Name ? pool : p)] };

    public static LedgerState Without(this LedgerState state, PoolRecord pool)
    {
        PoolRecord[] pools = [.. state.Pools.Where(p => p.Name != pool.Name)];
        return state with { Pools = pools, Templates = [.. state.Templates.Where(t => pools.Any(p => p.Template == t.Key))] };
    }

    public static PoolRecord With(this PoolRecord pool, ReserveRequest request, Footprint footprint) => pool with
    {
        Reservations =
        [
            .. pool.Reservations,
            new(request.TenantId, request.Incarnation, footprint, pool.Phase == PoolPhase.Creating ? request.Waiter : null, request.Sequence),
        ],
    };

    public static PoolRecord Without(this PoolRecord pool, string tenantId, int incarnation, long? sequence) =>
        pool with { Reservations = [.. pool.Reservations.Where(r => !r.BelongsTo(tenantId, incarnation, sequence))] };

    public static PoolRecord In(this PoolRecord pool, PoolPhase phase, DateTimeOffset now) => pool with { Phase = phase, Since = now };

    /// <summary>Adds a pool that is to be created, with the next generation whose name no other pool of the cluster has.</summary>
    public static (LedgerState State, PoolRecord Pool, PoolOperation Creation) Create(
        this LedgerState state, PoolTemplate poolTemplate, DateTimeOffset now, OperationTiming timing, Func<PoolRecord, PoolRecord> configure)
    {
        var (writes, notBefore) = state.Writes.Spend(now, timing);
        var template = KeyedTemplate.Of(poolTemplate);
        var generation = state.Sequence + 1;
        while (state.IsTaken(NameOf(generation)))
        {
            generation++;
        }

        var pool = configure(new()
        {
            Name = NameOf(generation),
            Generation = generation,
            Phase = PoolPhase.Creating,
            Tier = default,
            Template = template.Key,
            NotBefore = notBefore,
            Since = now,
        });
        var after = state with
        {
            Sequence = generation,
            Pools = [.. state.Pools, pool],
            Templates = [.. state.Templates.Where(t => t.Key != template.Key), template],
            Writes = writes,
        };
        return (after, pool, after.CreationOf(pool));
    }

    public static PoolOperation CreationOf(this LedgerState state, PoolRecord pool) =>
        new(state.RefOf(pool), IsDeletion: false, pool.NotBefore, pool.OperationId(state.ClusterId)!);

    public static (LedgerState State, PoolOperation Deletion) Delete(
        this LedgerState state, PoolRecord pool, DateTimeOffset now, OperationTiming timing)
    {
        var (writes, notBefore) = state.Writes.Spend(now, timing);
        var deleting = pool.In(PoolPhase.Deleting, now) with { Error = null, Deletions = pool.Deletions + 1, NotBefore = notBefore };
        var after = state.With(deleting) with { Writes = writes };
        return (after, new(after.RefOf(deleting), IsDeletion: true, notBefore, deleting.OperationId(state.ClusterId)!));
    }

    private static string NameOf(long generation) => $"kata{generation}";

    private static bool IsTaken(this LedgerState state, string name) =>
        state.Find(name) is not null || state.Unknown.Any(p => p.Name == name) || state.OtherNames.Contains(name);
}
