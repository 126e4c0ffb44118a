using CsCheck;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Placement;

/// <summary>The rule that decides on every write and deletion. CsCheck prints the seed of a failing case.</summary>
public sealed class PoolMarksPropertyTests
{
    private static readonly Gen<string> Value = Gen.OneOfConst("me", "here", "aks1", "aks2", "1", "2", "10", "pooled", "dedicated", "acme", "beta", "", "ME", "1 ");

    private static readonly Gen<PoolRef> Pool = Gen.Select(Gen.OneOfConst("aks1", "aks2"), Gen.Long[1, 12], Gen.OneOfConst("acme", "beta", null!))
        .Select((cluster, generation, tenant) => new PoolRef(
            cluster, $"kata{generation}", generation, tenant is null ? TenantTier.Pooled : TenantTier.Dedicated, tenant, Templates.Template()));

    [Fact]
    public void Compare_WrittenAndReadBack_IsTheSame() => Pool.Sample(pool =>
        Assert.Equal(PoolMatch.Same, PoolMarks.Compare(Expected(pool), PoolMarks.Read(Expected(pool).ToTags()))));

    [Fact]
    public void Compare_TwoDifferentPools_IsNeverTheSame() => Gen.Select(Pool, Pool).Sample((a, b) =>
        Assert.Equal(
            (a.ClusterId, a.Generation, a.DedicatedTo) == (b.ClusterId, b.Generation, b.DedicatedTo) ? PoolMatch.Same : PoolMatch.Other,
            PoolMarks.Compare(Expected(a), Expected(b))));

    [Fact]
    public void Compare_AnyTagsOfOthers_AreNeverTakenForOurs()
    {
        var tags = Gen.Select(Value, Value, Value, Value, Value, Value);
        Gen.Select(Pool, tags, Gen.Int[0, 63]).Sample((pool, values, present) =>
        {
            string[] names = ["owner", "installation", "cluster", "generation", "tier", "tenant"];
            string[] all = [values.Item1, values.Item2, values.Item3, values.Item4, values.Item5, values.Item6];
            var found = names.Select((n, i) => (Name: $"tenantsandbox-{n}", Value: all[i], IsPresent: (present & (1 << i)) != 0))
                .Where(t => t.IsPresent).ToDictionary(t => t.Name, t => t.Value);
            var expected = Expected(pool).ToTags().ToDictionary();
            var isSame = expected.Count == found.Count && expected.All(t => found.GetValueOrDefault(t.Key) == t.Value);
            expected.Remove("tenantsandbox-installation");
            var isOlder = expected.Count == found.Count && expected.All(t => found.GetValueOrDefault(t.Key) == t.Value);

            Assert.Equal(
                isSame ? PoolMatch.Same : isOlder ? PoolMatch.SameWithoutInstallation : PoolMatch.Other,
                PoolMarks.Compare(Expected(pool), PoolMarks.Read(found)));
        }, iter: 20_000);
    }

    /// <summary>1,000 look-alikes of one pool, each with one difference, and not one of them passes for it.</summary>
    [Fact]
    public void Is_AThousandLookAlikes_NoneIsThePool()
    {
        var pool = new PoolRef("aks1", "kata7", 7, TenantTier.Dedicated, "acme", Templates.Template(), "/pools/kata7");
        var own = Expected(pool);
        var alike = Enumerable.Range(0, 1_000).Select(i => (i % 8) switch
        {
            0 => Found("kata7", own with { Owner = $"me{i}" }, "/pools/kata7", PoolMatch.Other),
            1 => Found("kata7", own with { Installation = $"here{i}" }, "/pools/kata7", PoolMatch.Other),
            2 => Found("kata7", own with { Cluster = $"aks{i}" }, "/pools/kata7", PoolMatch.Other),
            3 => Found("kata7", own with { Generation = $"{i + 8}" }, "/pools/kata7"),
            4 => Found("kata7", own with { Tier = "pooled", Tenant = null }, "/pools/kata7"),
            5 => Found("kata7", own with { Tenant = $"acme{i}" }, "/pools/kata7"),
            6 => Found("kata7", own, $"/pools{i}/kata7"),
            _ => Found($"kata7{i}", own, $"/pools/kata7{i}"),
        }).ToArray();

        Assert.DoesNotContain(alike, f => f.Is(pool));
        Assert.True(Found("kata7", own, "/pools/kata7").Is(pool));
        Assert.True(Found("kata7", own with { Installation = null }, "/POOLS/kata7", PoolMatch.SameWithoutInstallation).Is(pool));
    }

    private static PoolMarks Expected(PoolRef pool) => PoolMarks.Of(pool, "me", "here");

    private static FoundPool Found(string name, PoolMarks marks, string id, PoolMatch origin = PoolMatch.Same) => new(name, id, origin, marks, "Succeeded");
}
