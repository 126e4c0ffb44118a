namespace TenantSandbox.Core.Isolation.Network;

/// <summary>How a requirement compares a label.</summary>
public enum LabelOperator
{
    /// <summary>The label has one of the values.</summary>
    In,

    /// <summary>The label is absent, or has none of the values.</summary>
    NotIn,

    /// <summary>The label is present.</summary>
    Exists,

    /// <summary>The label is absent.</summary>
    DoesNotExist,
}

/// <summary>What a selector requires of one label.</summary>
/// <param name="Key">The label.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Values">The values of <see cref="LabelOperator.In"/> and <see cref="LabelOperator.NotIn"/>, else none.</param>
public sealed record LabelRequirement(string Key, LabelOperator Operator, IReadOnlyList<string> Values)
{
    /// <inheritdoc/>
    public override string ToString() => Operator switch
    {
        LabelOperator.In when Values.Count == 1 => $"{Key}={Values[0]}",
        LabelOperator.In => $"{Key} in ({string.Join(',', Values)})",
        LabelOperator.NotIn => $"{Key} notin ({string.Join(',', Values)})",
        LabelOperator.Exists => Key,
        _ => $"!{Key}",
    };
}

/// <summary>Kubernetes' label selector: all requirements must be met; without any it selects everything.</summary>
/// <param name="requirements">The requirements.</param>
public sealed class LabelSelector(IReadOnlyList<LabelRequirement> requirements)
{
    /// <summary>Selects everything.</summary>
    public static readonly LabelSelector Everything = new([]);

    private readonly Dictionary<string, LabelDomain> _domains = requirements
        .GroupBy(r => r.Key, LabelDomain.Of, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.Aggregate((a, b) => a.Intersect(b)), StringComparer.Ordinal);

    /// <summary>The requirements.</summary>
    public IReadOnlyList<LabelRequirement> Requirements => requirements;

    /// <summary>Whether it selects what has these labels.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels) => _domains.All(d => d.Value.Contains(labels.GetValueOrDefault(d.Key)));

    /// <summary>Whether it selects everything, whatever the labels, that the other selects.</summary>
    public bool Covers(LabelSelector other) => other._domains.Values.Any(d => d.IsEmpty)
        || _domains.All(d => (other._domains.GetValueOrDefault(d.Key) ?? LabelDomain.Anything).IsSubsetOf(d.Value));

    /// <summary>The requirements in the form that kubectl takes.</summary>
    public override string ToString() => string.Join(',', requirements);
}
