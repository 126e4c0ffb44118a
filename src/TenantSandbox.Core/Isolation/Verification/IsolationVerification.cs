namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>Judges whether a tenant is isolated. Pure: takes what was read and what is required, and returns the checks.</summary>
public static class IsolationVerification
{
    /// <summary>The most characters of an expected or observed text and of a reason.</summary>
    public const int MaxTextLength = 1000;

    // The checks that say on which kernel something runs.
    private static readonly HashSet<string> OfKernels = new(StringComparer.Ordinal)
    {
        "pool.workload-runtime", "node.kernel", "runtimeclass.handler", "pod.runtime-class", "probe.kernel", "probe.boot-id",
    };

    /// <summary>Every rule, by area.</summary>
    internal static IReadOnlyList<IsolationRule> Rules { get; } =
    [
        .. PoolRules.All, .. NodeRules.All, .. RuntimeClassRules.All, .. PodRules.All, .. NetworkRules.All, .. ProbeRules.All, .. AdmissionRules.All, .. LimitRules.All,
    ];

    /// <summary>
    /// Runs every rule. Facts that could not be seen fail the rules that need them; so does an object that can't be read. A rule that found no
    /// subject says so.
    /// </summary>
    /// <param name="facts">What was read.</param>
    /// <param name="expected">What is required.</param>
    /// <returns>At least one check of each rule, in the order of the rules.</returns>
    public static IReadOnlyList<IsolationCheck> Run(IsolationFacts facts, IsolationExpectation expected)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(expected);
        return [.. Rules.SelectMany(rule => Run(rule, facts, expected))];
    }

    /// <summary>The first part of a check's identifier, which names its area.</summary>
    public static string AreaOf(IsolationCheck check)
    {
        ArgumentNullException.ThrowIfNull(check);
        return check.Id[..check.Id.IndexOf('.', StringComparison.Ordinal)];
    }

    /// <summary>The node image of the tenant's agent pool; null if it wasn't seen.</summary>
    public static string? NodeImageOf(IsolationFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return PoolRules.NodeImageOf(facts.Pool.Value);
    }

    /// <summary>
    /// Whether a pod of the tenant runs on a node without a probe, although nodes are probed: it was moved there after the probes were started,
    /// by an autoscaler or an eviction.
    /// </summary>
    public static bool HasUnprobedNodes(IsolationFacts facts, IsolationExpectation expected)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(expected);
        return expected.Probe is not null && facts.Probes.Value is not null && ProbeRules.UnprobedNodes(facts).Any();
    }

    /// <summary>Whether a check says that something of the tenant runs, or may run, on the kernel of its node.</summary>
    public static bool ShowsPodOutsideGuest(IsolationCheck check)
    {
        ArgumentNullException.ThrowIfNull(check);
        return check.Verdict == CheckVerdict.Failed && OfKernels.Contains(check.Id);
    }

    /// <summary>Whether a check says that too few pods of a workload run: a broken workload, and no broken boundary.</summary>
    public static bool ShowsWorkloadThatDoesNotRun(IsolationCheck check)
    {
        ArgumentNullException.ThrowIfNull(check);
        return check is { Verdict: CheckVerdict.Failed, Id: PodRules.RunningId };
    }

    private static IEnumerable<IsolationCheck> Run(IsolationRule rule, IsolationFacts facts, IsolationExpectation expected)
    {
        var (at, failure) = Needs(rule.Area, facts, expected);
        Observation[] found;
        try
        {
            found = failure is null
                ? [.. rule.Observe(facts, expected)]
                : [Observation.Of(expected.Namespace, rule.Expects, null, isMet: false, $"Could not be seen: {failure}")];
        }
        catch (FormatException e)
        {
            found = [Observation.Of(expected.Namespace, rule.Expects, null, isMet: false, $"Could not be read: {e.Message}")];
        }

        if (found.Length == 0)
        {
            found = [Observation.NotApplicable(expected.Namespace, rule.Expects, "There is nothing of this kind.")];
        }

        return found.Select(o => new IsolationCheck(rule.Id, Bound(o.Subject), Bound(o.Expected), Bound(o.Observed ?? "nothing"), at, o.Verdict, o.Reason is null ? null : Bound(o.Reason)));
    }

    /// <summary>When the facts of an area were read; and why those that its rules need can't be seen, null when they can.</summary>
    private static (DateTimeOffset At, string? Failure) Needs(IsolationArea area, IsolationFacts facts, IsolationExpectation expected) => area switch
    {
        IsolationArea.Pool => Of(facts.Pool),
        IsolationArea.Node => Both(Of(facts.Nodes), Of(facts.Pods)),
        IsolationArea.RuntimeClass => Of(facts.RuntimeClasses),
        IsolationArea.Pod => Of(facts.Pods),
        IsolationArea.Network => Both(Of(facts.Policies), Of(facts.Pods)),
        IsolationArea.Probe => expected.Probe is null ? (facts.Pods.At, null) : Both(Of(facts.Probes), Of(facts.Nodes)),
        IsolationArea.Admission => Of(facts.DryRuns),
        _ => (facts.Pods.At, null),
    };

    private static (DateTimeOffset At, string? Failure) Of<T>(Seen<T> seen)
        where T : class => (seen.At, seen.Value is null ? seen.Failure ?? "it was not read" : null);

    private static (DateTimeOffset At, string? Failure) Both((DateTimeOffset At, string? Failure) first, (DateTimeOffset At, string? Failure) second) =>
        (first.At, first.Failure ?? second.Failure);

    private static string Bound(string text) => text.Length <= MaxTextLength ? text : $"{text[..(MaxTextLength - 1)]}…";
}
