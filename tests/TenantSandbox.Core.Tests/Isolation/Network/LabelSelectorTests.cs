using CsCheck;
using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Core.Tests.Isolation.Network;

/// <summary>CsCheck prints the seed of a failing case.</summary>
public sealed class LabelSelectorTests
{
    // All combinations of two labels that are absent, have a value that selectors name, or another one.
    private static readonly Dictionary<string, string>[] Labels =
    [
        .. from a in (string?[])[null, "x", "y", "other"]
           from b in (string?[])[null, "x", "y", "other"]
           select new[] { ("a", a), ("b", b) }.Where(l => l.Item2 is not null).ToDictionary(l => l.Item1, l => l.Item2!),
    ];

    private static readonly Gen<LabelSelector> Selectors = Gen.Select(Gen.OneOfConst("a", "b"), Gen.Enum<LabelOperator>(), Gen.OneOfConst("x", "y", "xy"))
        .Select((key, name, values) => new LabelRequirement(
            key, name, name is LabelOperator.In or LabelOperator.NotIn ? [.. values.Select(c => $"{c}")] : []))
        .List[0, 3]
        .Select(r => new LabelSelector(r));

    [Theory]
    [InlineData(LabelOperator.In, "x,y", "x", true)]
    [InlineData(LabelOperator.In, "x,y", "z", false)]
    [InlineData(LabelOperator.In, "x", null, false)]
    [InlineData(LabelOperator.NotIn, "x", "y", true)]
    [InlineData(LabelOperator.NotIn, "x", "x", false)]
    [InlineData(LabelOperator.NotIn, "x", null, true)]
    [InlineData(LabelOperator.Exists, "", "", true)]
    [InlineData(LabelOperator.Exists, "", null, false)]
    [InlineData(LabelOperator.DoesNotExist, "", "x", false)]
    [InlineData(LabelOperator.DoesNotExist, "", null, true)]
    public void Matches_Operator_ComparesTheLabel(LabelOperator name, string values, string? value, bool expected)
    {
        var selector = new LabelSelector([new LabelRequirement("a", name, values.Split(',', StringSplitOptions.RemoveEmptyEntries))]);

        Assert.Equal(expected, selector.Matches(value is null ? new Dictionary<string, string>() : new() { ["a"] = value }));
    }

    [Fact]
    public void Matches_NoRequirements_IsEverything() => Assert.All(Labels, l => Assert.True(LabelSelector.Everything.Matches(l)));

    [Fact]
    public void Covers_AnySelectors_IsWhetherEveryMatchOfOneMatchesTheOther() => Gen.Select(Selectors, Selectors).Sample((a, b) =>
        Assert.Equal(Labels.Where(b.Matches).All(a.Matches), a.Covers(b)));

    [Fact]
    public void ToString_Requirements_AreInTheFormOfKubectl() => Assert.Equal(
        "a=x,b in (x,y),c notin (z),d,!e",
        new LabelSelector([
            new("a", LabelOperator.In, ["x"]), new("b", LabelOperator.In, ["x", "y"]), new("c", LabelOperator.NotIn, ["z"]), new("d", LabelOperator.Exists, []),
            new("e", LabelOperator.DoesNotExist, [])]).ToString());
}
