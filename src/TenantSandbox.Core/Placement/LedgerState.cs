using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>Everything that is kept about one cluster's agent pools and who has room in them.</summary>
/// <remarks>Bounded: at most <see cref="MaxPools"/> pools and <see cref="MaxReservations"/> reservations of some 130 bytes each.</remarks>
public sealed record LedgerState
{
    /// <summary>AKS takes 100 agent pools a cluster (AKS quotas); one is the system pool, one is left for people.</summary>
    public const int MaxPools = 98;

    /// <summary>So many tenants a cluster keep the ledger below 300 KB; a durable backend takes 1 MB at most.</summary>
    public const int MaxReservations = 2_000;

    /// <summary>The cluster's configured id.</summary>
    [JsonPropertyName("clusterId")] public required string ClusterId { get; init; }

    /// <summary>The generation of the newest pool; it only grows, so that no pool's name is used twice.</summary>
    [JsonPropertyName("sequence")] public long Sequence { get; init; }

    /// <summary>Pools, oldest first.</summary>
    [JsonPropertyName("pools")] public IReadOnlyList<PoolRecord> Pools { get; init; } = [];

    /// <summary>The templates of the pools, each kept once.</summary>
    [JsonPropertyName("templates")] public IReadOnlyList<KeyedTemplate> Templates { get; init; } = [];

    /// <summary>What was spent of ARM's write budget.</summary>
    [JsonPropertyName("writes")] public WriteBudget Writes { get; init; } = new(0, null);

    /// <summary>The pool of this name, if the ledger has it.</summary>
    public PoolRecord? Find(string name) => Pools.FirstOrDefault(p => p.Name == name);

    /// <summary>The template of a pool.</summary>
    public PoolTemplate TemplateOf(PoolRecord pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return Templates.First(t => t.Key == pool.Template).Template;
    }

    /// <summary>The pool as activities are told of it.</summary>
    public PoolRef RefOf(PoolRecord pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return new(ClusterId, pool.Name, pool.Generation, pool.Tier, pool.DedicatedTo, TemplateOf(pool));
    }
}

/// <summary>ARM's write budget as a leaky bucket: one instant says all (generic cell rate algorithm).</summary>
/// <param name="Total">Writes planned since the cluster was first used.</param>
/// <param name="FullAt">When the bucket will be full again if nothing more is written; null when nothing was.</param>
public sealed record WriteBudget(
    [property: JsonPropertyName("total")] long Total,
    [property: JsonPropertyName("fullAt")] DateTimeOffset? FullAt)
{
    /// <summary>Plans one write: when it may be made at the earliest, and the budget after it.</summary>
    public (WriteBudget After, DateTimeOffset NotBefore) Spend(DateTimeOffset now, OperationTiming timing)
    {
        ArgumentNullException.ThrowIfNull(timing);
        var refill = TimeSpan.FromSeconds(timing.WriteRefillSeconds);
        var fullAt = (FullAt is { } at && at > now ? at : now) + refill;
        var earliest = fullAt - (refill * Math.Max(1, timing.WriteBurst));
        return (new(Total + 1, fullAt), earliest > now ? earliest : now);
    }
}
