namespace TenantSandbox.AksTwin.Tests;

public sealed class ArmFaultScriptTests
{
    [Fact]
    public void Next_SkipAndTimes_StrikesOnlyTheCallsBetween()
    {
        var script = new FaultScript(seed: 1);
        script.Add(new Fault { Call = "arm.agentPools.put", Skip = 1, Times = 2 });

        var struck = Enumerable.Range(0, 5).Select(_ => script.Next("arm.agentPools.put", "kata1") is not null).ToArray();

        Assert.Equal([false, true, true, false, false], struck);
        Assert.Empty(script.Pending);
    }

    [Theory]
    [InlineData("arm.*", "kata*", true)]
    [InlineData("arm.agentPools.put", null, true)]
    [InlineData("arm.agentPools.get", "kata1", false)]
    [InlineData("arm.*", "kata2", false)]
    public void Next_Patterns_MatchCallAndTarget(string call, string? target, bool strikes)
    {
        var script = new FaultScript(seed: 1);
        script.Add(new Fault { Call = call, Target = target });

        Assert.Equal(strikes, script.Next("arm.agentPools.put", "kata1") is not null);
    }

    [Fact]
    public void Next_ByChance_IsTheSameForTheSameSeed()
    {
        bool[] Run(int seed)
        {
            var script = new FaultScript(seed);
            script.Add(new Fault { Call = "*", Times = null, Probability = 0.3 });
            return [.. Enumerable.Range(0, 200).Select(_ => script.Next("kube.pods.create") is not null)];
        }

        Assert.Equal(Run(7), Run(7));
        Assert.NotEqual(Run(7), Run(8));
        Assert.InRange(Run(7).Count(x => x), 30, 90);
    }
}
