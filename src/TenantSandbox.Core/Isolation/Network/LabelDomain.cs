namespace TenantSandbox.Core.Isolation.Network;

/// <summary>What a selector allows one label to be: absent or not, and some values or all but some.</summary>
/// <param name="CanBeAbsent">Whether the label can be absent.</param>
/// <param name="IsAllBut">Whether the values are those that are not allowed.</param>
/// <param name="Values">The values.</param>
internal sealed record LabelDomain(bool CanBeAbsent, bool IsAllBut, IReadOnlySet<string> Values)
{
    /// <summary>The domain of a label that isn't named.</summary>
    public static readonly LabelDomain Anything = new(true, true, new HashSet<string>());

    /// <summary>Whether no label can meet it.</summary>
    public bool IsEmpty => !CanBeAbsent && !IsAllBut && Values.Count == 0;

    public static LabelDomain Of(LabelRequirement requirement) => requirement.Operator switch
    {
        LabelOperator.In => new LabelDomain(false, false, Set(requirement.Values)),
        LabelOperator.NotIn => new LabelDomain(true, true, Set(requirement.Values)),
        LabelOperator.Exists => new LabelDomain(false, true, Set([])),
        _ => new LabelDomain(true, false, Set([])),
    };

    /// <param name="value">The label's value; null when it is absent.</param>
    public bool Contains(string? value) => value is null ? CanBeAbsent : Values.Contains(value) != IsAllBut;

    public LabelDomain Intersect(LabelDomain other) => new(CanBeAbsent && other.CanBeAbsent, IsAllBut && other.IsAllBut, (IsAllBut, other.IsAllBut) switch
    {
        (true, true) => Set(Values.Union(other.Values)),
        (false, _) => Set(Values.Where(other.Contains)),
        _ => Set(other.Values.Where(Contains)),
    });

    // There are more values than any selector names.
    public bool IsSubsetOf(LabelDomain other) => (!CanBeAbsent || other.CanBeAbsent) && (IsAllBut
        ? other.IsAllBut && other.Values.IsSubsetOf(Values)
        : Values.All(other.Contains));

    private static HashSet<string> Set(IEnumerable<string> values) => new(values, StringComparer.Ordinal);
}
