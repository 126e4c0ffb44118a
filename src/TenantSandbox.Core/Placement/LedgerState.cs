using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>The persisted state of one cluster's placement ledger: its agent pools and the reservations in them.</summary>
/// <remarks>Bounded: at most <see cref="MaxPools"/> pools and <see cref="MaxReservations"/> reservations of about 130 bytes each.</remarks>
public sealed record LedgerState
{
    /// <summary>AKS allows 100 agent pools in a cluster (AKS quotas); one is the system pool, one is reserved for operators.</summary>
    public const int MaxPools = 98;

    /// <summary>Keeps the ledger below about 300 KB; a durable backend stores at most 1 MB per entity.</summary>
    public const int MaxReservations = 2_000;

    /// <summary>The cluster's configured id.</summary>
    [JsonPropertyName("clusterId")] public required string ClusterId { get; init; }

    /// <summary>Generation of the newest pool. It only grows, so that no pool name is reused.</summary>
    [JsonPropertyName("sequence")] public long Sequence { get; init; }

    /// <summary>Pools, oldest first.</summary>
    [JsonPropertyName("pools")] public IReadOnlyList<PoolRecord> Pools { get; init; } = [];

    /// <summary>The templates of the pools, each stored once.</summary>
    [JsonPropertyName("templates")] public IReadOnlyList<KeyedTemplate> Templates { get; init; } = [];

    /// <summary>When ARM's list of pools was last taken completely; null before the first time.</summary>
    [JsonPropertyName("observedAt"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTimeOffset? ObservedAt { get; init; }

    /// <summary>Pools with this installation's tags that the ledger doesn't have, by name. They are never used or deleted by it.</summary>
    [JsonPropertyName("unknown")] public IReadOnlyList<UnknownPool> Unknown { get; init; } = [];

    /// <summary>Names of all other pools of the cluster, sorted. New pools don't take them.</summary>
    [JsonPropertyName("otherNames")] public IReadOnlyList<string> OtherNames { get; init; } = [];

    /// <summary>
    /// Whether the ledger may place tenants. An empty one first takes ARM's list: pools may exist that a lost ledger made.
    /// </summary>
    [JsonIgnore] public bool IsObserved => ObservedAt is not null || Sequence > 0;

    /// <summary>The used part of ARM's write budget.</summary>
    [JsonPropertyName("writes")] public WriteBudget Writes { get; init; } = new(0, null);

    /// <summary>The pool of this name; null when the ledger has none.</summary>
    public PoolRecord? Find(string name) => Pools.FirstOrDefault(p => p.Name == name);

    /// <summary>The template of a pool of this ledger.</summary>
    public PoolTemplate TemplateOf(PoolRecord pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return Templates.First(t => t.Key == pool.Template).Template;
    }

    /// <summary>The reference to a pool that orchestrations and activities receive.</summary>
    public PoolRef RefOf(PoolRecord pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return new(ClusterId, pool.Name, pool.Generation, pool.Tier, pool.DedicatedTo, TemplateOf(pool), pool.ResourceId);
    }
}

/// <summary>ARM's write budget as a leaky bucket, stored as a single instant (generic cell rate algorithm).</summary>
/// <param name="Total">Writes planned since the cluster was first used.</param>
/// <param name="FullAt">When the bucket will be full again if nothing more is written; null when nothing was written yet.</param>
public sealed record WriteBudget(
    [property: JsonPropertyName("total")] long Total,
    [property: JsonPropertyName("fullAt")] DateTimeOffset? FullAt)
{
    /// <summary>Number of writes that may be made at once.</summary>
    public long Left(DateTimeOffset now, OperationTiming timing)
    {
        ArgumentNullException.ThrowIfNull(timing);
        var used = FullAt is { } fullAt && fullAt > now ? Math.Ceiling((fullAt - now) / TimeSpan.FromSeconds(timing.WriteRefillSeconds)) : 0;
        return (long)Math.Max(0, Math.Max(1, timing.WriteBurst) - used);
    }

    /// <summary>Plans one write. Returns the budget after it and the earliest time at which the write may be made.</summary>
    public (WriteBudget After, DateTimeOffset NotBefore) Spend(DateTimeOffset now, OperationTiming timing)
    {
        ArgumentNullException.ThrowIfNull(timing);
        var refill = TimeSpan.FromSeconds(timing.WriteRefillSeconds);
        var fullAt = (FullAt is { } previous && previous > now ? previous : now) + refill;
        var earliest = fullAt - (refill * Math.Max(1, timing.WriteBurst));
        return (new(Total + 1, fullAt), earliest > now ? earliest : now);
    }
}
