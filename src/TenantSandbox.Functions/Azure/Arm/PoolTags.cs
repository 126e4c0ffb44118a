using System.Globalization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Azure.Arm;

/// <summary>The tags that identify this system's agent pools.</summary>
internal static class PoolTags
{
    public const string Owner = "tenantsandbox-owner";
    public const string Generation = "tenantsandbox-generation";
    public const string Cluster = "tenantsandbox-cluster";
    public const string Tier = "tenantsandbox-tier";
    public const string Tenant = "tenantsandbox-tenant";

    public static Dictionary<string, string> Of(PoolRef pool, string owner)
    {
        var tags = new Dictionary<string, string>
        {
            [Owner] = owner,
            [Cluster] = pool.ClusterId,
            [Generation] = pool.Generation.ToString(CultureInfo.InvariantCulture),
            [Tier] = TierName(pool.Tier),
        };
        if (pool.DedicatedTo is { } tenant)
        {
            tags[Tenant] = tenant;
        }

        return tags;
    }

    public static string TierName(TenantTier tier) => tier == TenantTier.Dedicated ? "dedicated" : "pooled";

    /// <summary>Whether the tags are those of this pool: same owner and generation.</summary>
    public static bool AreOf(IDictionary<string, string> tags, PoolRef pool, string owner) =>
        tags.TryGetValue(Owner, out var foundOwner) && foundOwner == owner
        && tags.TryGetValue(Generation, out var generation) && generation == pool.Generation.ToString(CultureInfo.InvariantCulture);

    public static string Describe(IDictionary<string, string> tags) => tags.TryGetValue(Owner, out var owner)
        ? $"owned by {owner}, generation {(tags.TryGetValue(Generation, out var generation) ? generation : "?")}"
        : "not made by this system";
}
