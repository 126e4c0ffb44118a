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
