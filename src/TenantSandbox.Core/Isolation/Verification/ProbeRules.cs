using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Isolation.Network;
using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>
/// Rules about what a guest sees from inside, on each node that the tenant uses. A node whose <c>kata</c> handler is really runc shows its own
/// kernel, boot and memory here, however right every object looks.
/// </summary>
internal static class ProbeRules
{
    /// <summary>
    /// The least share of a guest's memory that its kernel sees. The rest is the kernel itself and what it reserves at boot, which is a large
    /// part of a guest of 128 MiB.
    /// </summary>
    public const double LeastMemoryShare = 0.5;

    private const string NotProbed = "Nothing was probed, which another check reports.";

    private const string NotConfigured =
        "No probe image is configured. Set TenantSandbox__Verification__ProbeImage, or accept it with TenantSandbox__Verification__WithoutProbe.";

    public static IReadOnlyList<IsolationRule> All { get; } =
    [
        new("probe.result", IsolationArea.Probe, "A probe ran on each node that the tenant uses, and printed a result with the nonce of its request. A node without room for one is a warning.", (facts, e) =>
            e.Probe is not null ? ObserveResults(facts)
            : e.NoProbeReason is { } accepted ? [Observation.NotApplicable(e.Namespace, "a result", accepted)]
            : [Observation.Of(e.Namespace, "a result", null, isMet: false, NotConfigured)]),
        Of("probe.kernel", "The guest's kernel is another one than its node's.", (result, node, _) =>
        {
            var kernel = NodeRules.Info(node).Text("kernelVersion");
            return Observation.Of(
                "", kernel is null ? "another kernel than the node's" : $"not {kernel}", result.Guest.KernelRelease,
                kernel is not null && result.Guest.KernelRelease != kernel, kernel is null ? "The node states no kernel." : null);
        }),
        Of("probe.boot-id", "The guest booted on its own.", (result, node, _) =>
        {
            var boot = NodeRules.Info(node).Text("bootID");
            return Observation.Of(
                "", boot is null ? "another boot than the node's" : $"not {boot}", result.Guest.BootId,
                boot is not null && !string.Equals(result.Guest.BootId, boot, StringComparison.OrdinalIgnoreCase), boot is null ? "The node states no boot." : null);
        }),
        Of("probe.memory", "The guest has the memory of its limits: not more, and at least a share of it.", (result, _, probe) =>
        {
            var (most, found) = (probe.MemoryMiB * 1024L * 1024, result.Guest.MemoryBytes);
            var least = (long)(most * LeastMemoryShare);
            return Observation.Of("", $"{Number(least)} to {Number(most)} bytes", $"{Number(found)} bytes", found >= least && found <= most);
        }),
        Of("probe.cpus", "The guest has the vCPUs of its CPU limit, rounded up.", (result, _, probe) =>
            Observation.Equal("", Number((probe.CpuMillis + 999) / 1000), Number(result.Guest.Cpus))),
        Of("probe.token", "No service account's token is mounted in the guest.", (result, _, _) =>
            Observation.Of("", "none", result.TokenMounts.Count == 0 ? "none" : string.Join(", ", result.TokenMounts), result.TokenMounts.Count == 0)),
        Of("probe.privileges", "The probe runs without capabilities, as tenants' containers do.", (result, _, _) =>
            Observation.Of(
                "", "no capability, another user than root",
                $"capabilities {result.Process.EffectiveCapabilities}, user {Number(result.Process.UserId)}",
                result.Process.UserId != 0 && result.Process.EffectiveCapabilities.All(c => c == '0'))),
        OfTargets("probe.closed", "What must be closed to every tenant doesn't answer the guest.", ProbeExpectation.Closed, isAllowList: false),
        Of("probe.listener", "The cluster's listener, which answers a control probe, doesn't answer the guest. One that isn't shown to answer is a warning.", (facts, _) =>
            Results(facts).Select(r => ObserveListener(r.Probe, r.Result, facts.Listener))),
        OfTargets("probe.open", "What tenants need, such as DNS, answers the guest.", ProbeExpectation.Open, isAllowList: false),
        OfTargets("probe.allow-list", "An address of the tenant's allow list answers; that it doesn't can have other causes.", ProbeExpectation.Open, isAllowList: true),
    ];

    /// <summary>The nodes that pods of the tenant run on and no probe was started on.</summary>
    internal static IEnumerable<string> UnprobedNodes(IsolationFacts facts)
    {
        var probed = facts.Probes.Value!.Select(p => p.Node).ToHashSet(StringComparer.Ordinal);
        return facts.Pods.Value is null
            ? []
            : PodRules.Staying(facts).Select(PodRules.NodeOf).Where(n => n.Length > 0 && !probed.Contains(n)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    private static IEnumerable<Observation> ObserveResults(IsolationFacts facts) =>
    [
        .. facts.Probes.Value!.Select(p => Read(p) is var (result, failure) && result is not null
            ? Observation.Of(p.Node, "a result", "a result", isMet: true)
            : new Observation(p.Node, "a result", null, p.IsWithoutRoom ? CheckVerdict.Warning : CheckVerdict.Failed, failure)),
        .. UnprobedNodes(facts).Select(n => Observation.Of(n, "a result", null, isMet: false, "No probe was started on this node.")),
    ];

    // That the guest reached it is a failure whatever the control probe saw.
    private static Observation ObserveListener(ProbeFacts probe, ProbeResult result, Seen<ListenerFacts>? control)
    {
        const string Closed = "closed";
        if (probe.Request.Targets.Zip(result.Targets).FirstOrDefault(t => t.First.Name == ListenerFacts.TargetName) is not { First: { } target, Second: { } answer })
        {
            return new Observation(probe.Node, Closed, null, CheckVerdict.Warning, $"Inconclusive: the listener was not tried. {control?.Value?.Failure ?? control?.Failure}".TrimEnd());
        }

        var subject = $"{probe.Node} to {target.Name} ({target.Address}:{target.Port})";
        var why = control?.Value is not { } seen ? control?.Failure ?? "No control probe was started."
            : seen.Failure ?? (seen.Address == target.Address ? null : $"The control probe found the listener at {seen.Address}.");
        if (ProbeJudgement.Meets(ProbeExpectation.Closed, answer.Outcome) && why is not null)
        {
            return new Observation(subject, Closed, Describe(answer), CheckVerdict.Warning, $"Inconclusive: it is not shown that the listener answers anyone. {why}");
        }

        var answered = why is null ? string.Create(CultureInfo.InvariantCulture, $"; answered the control probe at {control!.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}") : "";
        return Observation.Of(subject, Closed, $"{Describe(answer)}{answered}", ProbeJudgement.Meets(ProbeExpectation.Closed, answer.Outcome));
    }

    private static (ProbeResult? Result, string? Failure) Read(ProbeFacts probe)
    {
        if (probe.Log is not { } log)
        {
            return (null, probe.Failure ?? "It printed nothing.");
        }

        try
        {
            return (ProbeResultReader.Read(Encoding.UTF8.GetBytes(log), probe.Request), null);
        }
        catch (FormatException e)
        {
            return (null, e.Message);
        }
    }

    // A probe without a result is reported once, by the first rule.
    private static IEnumerable<(ProbeFacts Probe, ProbeResult Result, JsonObject Node)> Results(IsolationFacts facts) =>
        from probe in facts.Probes.Value!
        let result = Read(probe).Result
        where result is not null
        select (probe, result, facts.Nodes.Value?.FirstOrDefault(n => NodeRules.Name(n) == probe.Node) ?? []);

    private static IsolationRule Of(string id, string expects, Func<ProbeResult, JsonObject, ExpectedProbe, Observation> observe) =>
        Of(id, expects, (facts, probe) => Results(facts).Select(r => observe(r.Result, r.Node, probe) with { Subject = r.Probe.Node }));

    private static IsolationRule Of(string id, string expects, Func<IsolationFacts, ExpectedProbe, IEnumerable<Observation>> observe) =>
        new(id, IsolationArea.Probe, expects, (facts, expected) => expected.Probe is { } probe
            ? observe(facts, probe)
            : [Observation.NotApplicable(expected.Namespace, expects, expected.NoProbeReason ?? NotProbed)]);

    private static IsolationRule OfTargets(string id, string expects, ProbeExpectation expectation, bool isAllowList) =>
        Of(id, expects, (facts, _) =>
            from found in Results(facts)
            from pair in found.Probe.Request.Targets.Zip(found.Result.Targets)
            let target = pair.First
            where target.Expected == expectation && target.Name != ListenerFacts.TargetName && target.Name.StartsWith(ProbeFacts.AllowListPrefix, StringComparison.Ordinal) == isAllowList
            let isMet = ProbeJudgement.Meets(expectation, pair.Second.Outcome)
            select new Observation(
                $"{found.Probe.Node} to {target.Name} ({target.Address}:{target.Port})",
                expectation == ProbeExpectation.Open ? "open" : "closed",
                Describe(pair.Second),
                isMet ? CheckVerdict.Passed : isAllowList ? CheckVerdict.Warning : CheckVerdict.Failed));

    private static string Describe(ProbeTargetResult answer) => $"{answer.Outcome}{(answer.Detail.Length > 0 ? $": {answer.Detail}" : "")}";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
