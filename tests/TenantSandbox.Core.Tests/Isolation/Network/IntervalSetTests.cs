using CsCheck;
using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Core.Tests.Isolation.Network;

/// <summary>Sets of bytes against sets of single values. CsCheck prints the seed of a failing case.</summary>
public sealed class IntervalSetTests
{
    private static readonly Gen<IntervalSet<byte>> Sets = Gen.Select(Gen.Byte, Gen.Byte)
        .Select((a, b) => IntervalSet.Of(Math.Min(a, b), Math.Max(a, b)))
        .List[0, 6]
        .Select(parts => parts.Aggregate(IntervalSet.Empty<byte>(), (all, p) => all.Union(p)));

    [Fact]
    public void Operations_AnySets_AgreeWithSetsOfSingleValues() => Gen.Select(Sets, Sets).Sample((a, b) =>
    {
        var (left, right) = (Values(a), Values(b));
        Assert.Equal(left.Union(right).Order(), Values(a.Union(b)));
        Assert.Equal(left.Intersect(right), Values(a.Intersect(b)));
        Assert.Equal(left.Except(right), Values(a.Except(b)));
    });

    [Fact]
    public void Operations_AnySets_YieldTheNormalForm() => Gen.Select(Sets, Sets).Sample((a, b) =>
    {
        foreach (var set in (IntervalSet<byte>[])[a, a.Union(b), a.Intersect(b), a.Except(b)])
        {
            Assert.All(set.Intervals, i => Assert.True(i.First <= i.Last));
            Assert.All(set.Intervals.Zip(set.Intervals.Skip(1)), p => Assert.True(p.First.Last + 1 < p.Second.First));
        }
    });

    [Fact]
    public void Operations_AnySets_ObeyTheLawsOfSets() => Gen.Select(Sets, Sets, Sets).Sample((a, b, c) =>
    {
        Assert.Equal(a.Union(b), b.Union(a));
        Assert.Equal(a.Intersect(b), b.Intersect(a));
        Assert.Equal(a.Union(b.Union(c)), a.Union(b).Union(c));
        Assert.Equal(a.Intersect(b.Union(c)), a.Intersect(b).Union(a.Intersect(c)));
        Assert.Equal(a.Except(b.Union(c)), a.Except(b).Intersect(a.Except(c)));
        Assert.Equal(a, a.Except(b).Union(a.Intersect(b)));
        Assert.Equal(a.GetHashCode(), a.Except(b).Union(a.Intersect(b)).GetHashCode());
    });

    [Fact]
    public void All_AndEmpty_AreNeutral() => Sets.Sample(a =>
    {
        Assert.Equal(a, a.Intersect(IntervalSet.All<byte>()));
        Assert.Equal(a, a.Union(IntervalSet.Empty<byte>()));
        Assert.True(a.Except(IntervalSet.All<byte>()).IsEmpty);
    });

    [Fact]
    public void Of_LastBeforeFirst_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => IntervalSet.Of<byte>(2, 1));

    private static IEnumerable<byte> Values(IntervalSet<byte> set) => Enumerable.Range(0, 256).Select(i => (byte)i).Where(set.Contains);
}
