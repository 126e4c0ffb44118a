namespace TenantSandbox.AksTwin.Tests;

public sealed class InjectedFaultsTests
{
    [Fact]
    public void Next_SkipAndTimes_AppliesToTheCallsBetween()
    {
        var faults = new InjectedFaults(seed: 1);
        faults.Add(new InjectedFault { Call = "arm.agentPools.put", Skip = 1, Times = 2 });

        var applied = Enumerable.Range(0, 5).Select(_ => faults.Next("arm.agentPools.put", "kata1") is not null).ToArray();

        Assert.Equal([false, true, true, false, false], applied);
        Assert.Empty(faults.Pending);
    }

    [Theory]
    [InlineData("arm.*", "kata*", true)]
    [InlineData("arm.agentPools.put", null, true)]
    [InlineData("arm.agentPools.get", "kata1", false)]
    [InlineData("arm.*", "kata2", false)]
    public void Next_Wildcards_MatchCallAndTarget(string call, string? target, bool applies)
    {
        var faults = new InjectedFaults(seed: 1);
        faults.Add(new InjectedFault { Call = call, Target = target });

        Assert.Equal(applies, faults.Next("arm.agentPools.put", "kata1") is not null);
    }

    [Fact]
    public void NextAll_SeveralFaultsOfAKind_AllApplyByAnyOfTheTargets()
    {
        var faults = new InjectedFaults(seed: 1);
        InjectedFault open = new() { Call = InjectedFaults.ProbeRun, Kind = InjectedFaultKind.AddressOpen, Code = "168.63.129.16" };
        faults.Add(
            open with { Target = "node" },
            open with { Code = "10.0.0.1", Times = null },
            open with { Code = "10.0.0.2", Skip = 1 },
            open with { Target = "other" },
            open with { Kind = InjectedFaultKind.RunsWithRunc });

        string[] Codes() => [.. faults.NextAll(InjectedFaultKind.AddressOpen, InjectedFaults.ProbeRun, ["pod", "node"]).Select(f => f.Code)];

        Assert.Equal(["168.63.129.16", "10.0.0.1"], Codes());
        Assert.Equal(["10.0.0.1", "10.0.0.2"], Codes());
        Assert.Equal(["10.0.0.1"], Codes());
        Assert.Equal(3, faults.Pending.Count);
    }

    [Theory]
    [InlineData(InjectedFaultKind.GuestMemory, "64Mi")]
    [InlineData(InjectedFaultKind.GuestMemory, "0")]
    [InlineData(InjectedFaultKind.AddressOpen, "imds")]
    [InlineData(InjectedFaultKind.AddressSilent, "")]
    [InlineData(InjectedFaultKind.ProbeOutput, "silence")]
    public void Add_FaultOfAProbeWithAnUnusableCode_IsRefused(InjectedFaultKind kind, string code)
    {
        var faults = new InjectedFaults(seed: 1);

        Assert.Throws<ArgumentException>(() => faults.Add(new InjectedFault { Call = InjectedFaults.ProbeRun, Kind = kind, Code = code }));
        Assert.Empty(faults.Pending);
    }

    [Fact]
    public void Next_Probability_IsDeterministicForASeed()
    {
        bool[] Run(int seed)
        {
            var faults = new InjectedFaults(seed);
            faults.Add(new InjectedFault { Call = "*", Times = null, Probability = 0.3 });
            return [.. Enumerable.Range(0, 200).Select(_ => faults.Next("kube.pods.create") is not null)];
        }

        Assert.Equal(Run(7), Run(7));
        Assert.NotEqual(Run(7), Run(8));
        Assert.InRange(Run(7).Count(x => x), 30, 90);
    }
}
