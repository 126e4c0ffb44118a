using System.Globalization;
using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Placement;

/// <summary>The tags that identify an agent pool of this system. A pool is changed or deleted only if all of them match.</summary>
/// <param name="Owner">The configured owner.</param>
/// <param name="Installation">The configured installation; null on pools that a version before installations made.</param>
/// <param name="Cluster">The configured id of the cluster.</param>
/// <param name="Generation">The pool's number in the ledger.</param>
/// <param name="Tier"><c>pooled</c> or <c>dedicated</c>.</param>
/// <param name="Tenant">The tenant of a dedicated pool; null otherwise.</param>
public sealed record PoolMarks(
    [property: JsonPropertyName("owner")] string? Owner,
    [property: JsonPropertyName("installation")] string? Installation,
    [property: JsonPropertyName("cluster")] string? Cluster,
    [property: JsonPropertyName("generation")] string? Generation,
    [property: JsonPropertyName("tier")] string? Tier,
    [property: JsonPropertyName("tenant")] string? Tenant)
{
    /// <summary>Largest generation that is believed when read from a tag: a wrong one must not use up the names.</summary>
    public const long MaxGeneration = 9_999_999;

    private const string Prefix = "tenantsandbox-";

    /// <summary>The tags of a pool.</summary>
    public static PoolMarks Of(PoolRef pool, string owner, string? installation)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return new(
            owner, installation, pool.ClusterId, pool.Generation.ToString(CultureInfo.InvariantCulture), TierName(pool.Tier), pool.DedicatedTo);
    }

    /// <summary>Reads the tags of a resource. Azure compares names of tags without case and their values with case.</summary>
    public static PoolMarks Read(IEnumerable<KeyValuePair<string, string>> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in tags)
        {
            found[name] = value;
        }

        return new(Tag("owner"), Tag("installation"), Tag("cluster"), Tag("generation"), Tag("tier"), Tag("tenant"));

        string? Tag(string name) => found.GetValueOrDefault(Prefix + name);
    }

    /// <summary>The value of the tier tag.</summary>
    public static string TierName(TenantTier tier) => tier == TenantTier.Dedicated ? "dedicated" : "pooled";

    /// <summary>The tags to write.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ToTags()
    {
        (string Name, string? Value)[] all =
        [
            ("owner", Owner), ("installation", Installation), ("cluster", Cluster), ("generation", Generation), ("tier", Tier), ("tenant", Tenant),
        ];
        return [.. all.Where(t => t.Value is not null).Select(t => KeyValuePair.Create(Prefix + t.Name, t.Value!))];
    }

    /// <summary>Compares the tags that were found with those that the pool must have. Only the installation may be absent, on pools of an older version.</summary>
    public static PoolMatch Compare(PoolMarks expected, PoolMarks found)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(found);
        return found == expected ? PoolMatch.Same
            : found == expected with { Installation = null } ? PoolMatch.SameWithoutInstallation
            : PoolMatch.Other;
    }

    /// <summary>Whether owner, cluster and installation are these; what the ledger knows about the pool isn't compared.</summary>
    public PoolMatch CompareOrigin(string owner, string installation, string clusterId) =>
        Owner != owner || Cluster != clusterId || GenerationNumber is null ? PoolMatch.Other
        : Installation == installation ? PoolMatch.Same
        : Installation is null ? PoolMatch.SameWithoutInstallation
        : PoolMatch.Other;

    /// <summary>The generation as a number; null unless it is a canonical number from 1 to <see cref="MaxGeneration"/>.</summary>
    [JsonIgnore]
    public long? GenerationNumber =>
        long.TryParse(Generation, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MaxGeneration
        && number.ToString(CultureInfo.InvariantCulture) == Generation
            ? number
            : null;

    /// <summary>Whose the pool is, for messages.</summary>
    public string Describe() => Owner is null
        ? "not made by this system"
        : $"owned by {Owner}, installation {Installation ?? "none"}, cluster {Cluster ?? "?"}, generation {Generation ?? "?"}, "
          + $"{Tier ?? "?"}{(Tenant is null ? "" : $" for tenant {Tenant}")}";
}

/// <summary>How the tags of a pool compare with the expected ones.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PoolMatch>))]
public enum PoolMatch
{
    /// <summary>Every tag matches.</summary>
    [JsonStringEnumMemberName("same")] Same,

    /// <summary>Every tag matches but the installation's, which is absent: an older version made the pool. It is adopted and tagged again.</summary>
    [JsonStringEnumMemberName("sameWithoutInstallation")] SameWithoutInstallation,

    /// <summary>At least one tag differs: the pool is never changed or deleted.</summary>
    [JsonStringEnumMemberName("other")] Other,
}
