namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>One rule of isolation: what is checked, on which facts, and what it expects.</summary>
/// <param name="Id">Stable identifier of its checks; reports refer to it, so it never changes its meaning.</param>
/// <param name="Area">The area that it belongs to.</param>
/// <param name="Expects">What it expects, for people.</param>
/// <param name="Observe">Compares facts with the expectation; each observation is a check of one subject.</param>
internal sealed record IsolationRule(
    string Id, IsolationArea Area, string Expects, Func<IsolationFacts, IsolationExpectation, IEnumerable<Observation>> Observe);

/// <summary>What a rule saw of one subject.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="Expected">What is required.</param>
/// <param name="Observed">What was seen; null for nothing.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Reason">Why, where the values don't tell.</param>
internal sealed record Observation(string Subject, string Expected, string? Observed, CheckVerdict Verdict, string? Reason = null)
{
    /// <summary>A check of one value.</summary>
    public static Observation Of(string subject, string expected, string? observed, bool isMet, string? reason = null) =>
        new(subject, expected, observed, isMet ? CheckVerdict.Passed : CheckVerdict.Failed, reason);

    /// <summary>A value that must equal the expected one.</summary>
    public static Observation Equal(string subject, string expected, string? observed, string? reason = null) =>
        Of(subject, expected, observed, string.Equals(expected, observed, StringComparison.Ordinal), reason);

    /// <summary>A check that doesn't apply.</summary>
    public static Observation NotApplicable(string subject, string expected, string reason) =>
        new(subject, expected, null, CheckVerdict.NotApplicable, reason);
}

/// <summary>What a rule is about. The checks of an area share what they read.</summary>
public enum IsolationArea
{
    /// <summary>The agent pool, as ARM knows it.</summary>
    Pool,

    /// <summary>The nodes that the tenant's pods run on.</summary>
    Node,

    /// <summary>The kata RuntimeClasses.</summary>
    RuntimeClass,

    /// <summary>The tenant's pods.</summary>
    Pod,

    /// <summary>What network policies let the tenant's pods reach.</summary>
    Network,

    /// <summary>What a guest sees from inside.</summary>
    Probe,

    /// <summary>What the API server refuses.</summary>
    Admission,

    /// <summary>Documented limits of Pod Sandboxing that aren't part of the boundary.</summary>
    Limits,
}
