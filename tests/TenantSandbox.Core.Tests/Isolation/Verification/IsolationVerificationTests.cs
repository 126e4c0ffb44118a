using Xunit.Abstractions;
using TenantSandbox.Core.Isolation.Verification;

namespace TenantSandbox.Core.Tests.Isolation.Verification;

public sealed class IsolationVerificationTests(ITestOutputHelper output)
{
    public static TheoryData<string> Sabotages => [.. Sabotage.All.Select(s => s.Name)];

    public static TheoryData<string> Areas => ["pool", "nodes", "runtimeClasses", "pods", "policies", "probes", "dryRuns"];

    [Fact]
    public void Run_IsolatedTenant_FailsNothingAndRunsEveryRule()
    {
        var checks = new IsolationWorld().Verify();

        Assert.DoesNotContain(checks, c => c.Verdict == CheckVerdict.Failed);
        Assert.Equal(IsolationVerification.Rules.Select(r => r.Id), checks.Select(c => c.Id).Distinct());
        Assert.All(checks, c => Assert.Equal(IsolationWorld.At, c.At));
        Assert.Equal(checks.Count, checks.DistinctBy(c => (c.Id, c.Subject)).Count());
    }

    [Theory]
    [MemberData(nameof(Sabotages))]
    public void Run_Sabotage_IsCaughtByExactlyItsCheck(string name)
    {
        var sabotage = Sabotage.All.Single(s => s.Name == name);
        var world = new IsolationWorld();
        sabotage.Do(world);

        var failed = world.Verify().Where(c => c.Verdict == CheckVerdict.Failed).ToArray();

        Assert.Equal([sabotage.Check], failed.Select(c => c.Id).Distinct());
    }

    [Fact]
    public void Sabotages_All_ReachEveryCheckThatCanFail()
    {
        var reached = Sabotage.All.Select(s => s.Check).Distinct().ToArray();
        output.WriteLine($"{Sabotage.All.Count} sabotages, each caught by its check; {reached.Length} checks");

        // These only warn.
        string[] warnings = ["probe.allow-list", "limits.defender", "limits.container-insights", "limits.csi"];
        // A pod whose node isn't listed is tested on its own: what is known of the node is missing everywhere.
        Assert.Equal(
            IsolationVerification.Rules.Select(r => r.Id).Except(warnings).Except(["pod.node"]).Order(StringComparer.Ordinal),
            reached.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Run_NodeWithoutRoomForAProbe_Warns()
    {
        var world = new IsolationWorld();
        world.Probes![0] = world.Probes[0] with { Log = null, Failure = "The probe pod is Pending: 0/2 nodes are available: 1 Insufficient memory.", IsWithoutRoom = true };

        var result = world.Verify().Where(c => c.Id == "probe.result" && c.Verdict != CheckVerdict.Passed).ToArray();

        Assert.Equal(CheckVerdict.Warning, Assert.Single(result).Verdict);
        Assert.DoesNotContain(world.Verify(), c => c.Verdict == CheckVerdict.Failed);
    }

    [Theory]
    [InlineData("""{"phase":"Pending","containerStatuses":[{"name":"main","imageID":"","state":{"waiting":{"reason":"ImagePullBackOff"}}}]}""", true)]
    [InlineData("""{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable"}]}""", false)]
    [InlineData("""{"phase":"Failed"}""", true)]
    public void Run_WorkloadOfATenantInUseThatDoesNotRun_IsOnlyAWarning(string status, bool hasNode)
    {
        var world = new IsolationWorld();
        world.Web["status"] = IsolationWorld.Parse(status);
        world.Web["spec"]!["nodeName"] = hasNode ? "n1" : null;
        Assert.Equal(["pod.running"], world.Verify().Where(c => c.Verdict == CheckVerdict.Failed).Select(c => c.Id));
        world.Expected = world.Expected with { IsInUse = true };

        var checks = world.Verify();

        Assert.DoesNotContain(checks, c => c.Verdict == CheckVerdict.Failed);
        var warning = Assert.Single(checks, c => c is { Id: "pod.running", Verdict: CheckVerdict.Warning });
        Assert.Equal(("tenant-blue/web", "at least 2", "1"), (warning.Subject, warning.Expected, warning.Observed));
    }

    [Fact]
    public void Run_SabotageOfATenantInUse_IsCaughtAsBefore()
    {
        foreach (var sabotage in Sabotage.All.Where(s => s.Check != "pod.running"))
        {
            var world = new IsolationWorld();
            world.Expected = world.Expected with { IsInUse = true };
            sabotage.Do(world);

            Assert.Equal((sabotage.Name, sabotage.Check), (sabotage.Name, string.Join(", ", world.Verify().Where(c => c.Verdict == CheckVerdict.Failed).Select(c => c.Id).Distinct())));
        }
    }

    [Fact]
    public void Run_PodOnNodeOutsideOfThePool_IsCaughtByNodeAndMissingProbe()
    {
        var world = new IsolationWorld();
        world.Web["spec"]!["nodeName"] = "system-1";

        var failed = world.Verify().Where(c => c.Verdict == CheckVerdict.Failed).ToArray();

        Assert.Equal(["pod.node", "probe.result"], failed.Select(c => c.Id));
        Assert.Equal(("tenant-blue/web-a", "system-1"), (failed[0].Subject, failed[0].Observed));
    }

    [Theory]
    [MemberData(nameof(Areas))]
    public void Run_FactsThatCouldNotBeSeen_FailEveryRuleThatNeedsThem(string area)
    {
        var world = new IsolationWorld();
        var needed = area switch
        {
            "pool" => Lose(() => world.Pool = null, "pool"),
            "nodes" => Lose(() => world.Nodes = null, "node", "probe"),
            "runtimeClasses" => Lose(() => world.RuntimeClasses = null, "runtimeclass"),
            "pods" => Lose(() => world.Pods = null, "pod", "node", "network"),
            "policies" => Lose(() => world.Policies = null, "network"),
            "probes" => Lose(() => world.Probes = null, "probe"),
            _ => Lose(() => world.DryRuns = null, "admission"),
        };

        var checks = world.Verify();

        foreach (var check in checks.Where(c => needed.Contains(IsolationVerification.AreaOf(c))))
        {
            Assert.Equal((CheckVerdict.Failed, "Could not be seen: Forbidden"), (check.Verdict, check.Reason));
        }

        Assert.Equal(needed.Order(), checks.Where(c => c.Verdict == CheckVerdict.Failed && c.Id != "pod.node").Select(IsolationVerification.AreaOf).Distinct().Order());

        string[] Lose(Action lose, params string[] areas)
        {
            lose();
            return areas;
        }
    }

    [Fact]
    public void Run_ObjectThatCannotBeRead_FailsInsteadOfThrowing()
    {
        var world = new IsolationWorld();
        world.Nodes![0]["spec"]!["taints"] = "none";

        var failed = Assert.Single(world.Verify(), c => c.Verdict == CheckVerdict.Failed);

        Assert.Equal(("node.taint", "Could not be read: taints is no list"), (failed.Id, failed.Reason));
    }

    [Fact]
    public void Run_AllowListEntryThatDoesNotAnswer_IsOnlyAWarning()
    {
        var world = new IsolationWorld();
        world.ChangeTarget("allow-list-1", Core.Isolation.Probe.ProbeOutcome.TimedOut);

        var check = Assert.Single(world.Verify(), c => c is { Id: "probe.allow-list", Verdict: CheckVerdict.Warning });

        Assert.Equal(("n1 to allow-list-1 (203.0.113.1:443)", "open", "TimedOut"), (check.Subject, check.Expected, check.Observed));
    }

    [Theory]
    [InlineData("failed", "Inconclusive: it is not shown that the listener answers anyone. The control probe timed out.")]
    [InlineData("moved", "Inconclusive: it is not shown that the listener answers anyone. The control probe found the listener at 10.244.9.10.")]
    [InlineData("unseen", "Inconclusive: it is not shown that the listener answers anyone. Forbidden")]
    [InlineData("untried", "Inconclusive: the listener was not tried. It has no pod that is ready.")]
    public void Run_ListenerThatIsNotProvenToAnswer_IsAWarningAndNoPass(string what, string reason)
    {
        var world = new IsolationWorld();
        world.Listener = what switch
        {
            "failed" => new ListenerFacts("10.244.9.9", "The control probe timed out."),
            "moved" => new ListenerFacts("10.244.9.10", null),
            "untried" => new ListenerFacts(null, "It has no pod that is ready."),
            _ => null,
        };
        if (what == "untried")
        {
            world.ForgetTarget("listener");
        }

        var found = world.Verify().Where(c => c.Id == "probe.listener").ToArray();

        Assert.Equal((CheckVerdict.Warning, reason), (found[0].Verdict, found[0].Reason));
        Assert.All(found, c => Assert.Equal(CheckVerdict.Warning, c.Verdict));
        Assert.DoesNotContain(world.Verify(), c => c.Verdict == CheckVerdict.Failed);
    }

    [Fact]
    public void Run_ListenerThatAnswersElsewhereOnly_PassesAndSaysWhenItAnswered()
    {
        var check = new IsolationWorld().Verify().First(c => c.Id == "probe.listener");

        Assert.Equal(
            (CheckVerdict.Passed, "n1 to listener (10.244.9.9:8080)", $"TimedOut; answered the control probe at {IsolationWorld.At:yyyy-MM-dd'T'HH:mm:ss'Z'}"),
            (check.Verdict, check.Subject, check.Observed));
    }

    [Fact]
    public void Run_WithoutProbe_SaysWhyAndFailsNothing()
    {
        var world = new IsolationWorld { Probes = [] };
        world.Expected = world.Expected with { Probe = null, NoProbeReason = "No probe image is configured." };

        var checks = world.Verify();

        Assert.DoesNotContain(checks, c => c.Verdict == CheckVerdict.Failed);
        Assert.All(
            checks.Where(c => IsolationVerification.AreaOf(c) == "probe"),
            c => Assert.Equal((CheckVerdict.NotApplicable, "No probe image is configured."), (c.Verdict, c.Reason)));
    }

    [Fact]
    public void Run_PodBeingDeletedInTheFormerPool_IsNoFailure()
    {
        var world = new IsolationWorld();
        var former = IsolationWorld.Pod("web-old", "web", "gone-1");
        former["metadata"]!["deletionTimestamp"] = "2026-11-01T11:59:00Z";
        world.Pods!.Add(former);

        Assert.DoesNotContain(world.Verify(), c => c.Verdict == CheckVerdict.Failed);
    }

    [Fact]
    public void Run_TokenOfWorkloadIdentity_IsNoFailure()
    {
        var world = new IsolationWorld();
        world.Web["spec"]!["volumes"] = IsolationWorld.Parse(
            """{"v":[{"name":"t","projected":{"sources":[{"serviceAccountToken":{"path":"token","audience":"api://AzureADTokenExchange"}}]}}]}""")["v"]!.DeepClone();

        Assert.DoesNotContain(world.Verify(), c => c.Verdict == CheckVerdict.Failed);
    }

    [Fact]
    public void Run_AnyTexts_AreBounded()
    {
        var world = new IsolationWorld();
        world.Pool!["properties"]!["osSKU"] = new string('x', 5000);

        Assert.All(world.Verify(), c => Assert.True(c.Observed.Length <= IsolationVerification.MaxTextLength));
    }
}
