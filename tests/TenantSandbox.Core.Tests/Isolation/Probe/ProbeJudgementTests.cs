using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.Core.Tests.Isolation.Probe;

public sealed class ProbeJudgementTests
{
    [Theory]
    [InlineData(ProbeOutcome.Connected, ProbeReach.Reached, true, false)]
    [InlineData(ProbeOutcome.Resolved, ProbeReach.Reached, true, false)]
    [InlineData(ProbeOutcome.Refused, ProbeReach.Reached, false, false)]
    [InlineData(ProbeOutcome.TimedOut, ProbeReach.NotReached, false, true)]
    [InlineData(ProbeOutcome.Unreachable, ProbeReach.NotReached, false, true)]
    [InlineData(ProbeOutcome.Failed, ProbeReach.Unknown, false, false)]
    [InlineData((ProbeOutcome)99, ProbeReach.Unknown, false, false)]
    public void Outcome_Each_HasItsMeaning(ProbeOutcome outcome, ProbeReach reach, bool meetsOpen, bool meetsClosed)
    {
        Assert.Equal(reach, ProbeJudgement.Reach(outcome));
        Assert.Equal(meetsOpen, ProbeJudgement.Meets(ProbeExpectation.Open, outcome));
        Assert.Equal(meetsClosed, ProbeJudgement.Meets(ProbeExpectation.Closed, outcome));
    }
}
