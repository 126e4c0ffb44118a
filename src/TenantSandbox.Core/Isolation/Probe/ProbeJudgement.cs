namespace TenantSandbox.Core.Isolation.Probe;

/// <summary>Whether a target was reached.</summary>
public enum ProbeReach
{
    /// <summary>A packet got there, or one came back in its name.</summary>
    Reached,

    /// <summary>No packet got through. This says something only of a target that answers elsewhere at the same time.</summary>
    NotReached,

    /// <summary>It can't be told.</summary>
    Unknown,
}

/// <summary>
/// What an outcome means. The judgement is on the safe side: a refusal is a packet that came back, and it can't be told from outside whether
/// the target sent it, so a closed target must stay silent. The policy engines of AKS (Azure NPM, Calico, Cilium) drop what they deny, which
/// ends as timed out. Two other sources of refusals are not tried for that reason: a port where nothing listens on a reachable host, and a
/// Service without endpoints, which kube-proxy rejects on the node.
/// </summary>
public static class ProbeJudgement
{
    /// <summary>Whether an outcome shows that the target was reached.</summary>
    public static ProbeReach Reach(ProbeOutcome outcome) => outcome switch
    {
        ProbeOutcome.Connected or ProbeOutcome.Resolved or ProbeOutcome.Refused => ProbeReach.Reached,
        ProbeOutcome.TimedOut or ProbeOutcome.Unreachable => ProbeReach.NotReached,
        _ => ProbeReach.Unknown,
    };

    /// <summary>
    /// Whether an outcome is what isolation requires: an open target must serve (a refusal doesn't), a closed one must not be reached. What
    /// can't be told meets neither.
    /// </summary>
    public static bool Meets(ProbeExpectation expected, ProbeOutcome outcome) => expected == ProbeExpectation.Open
        ? outcome is ProbeOutcome.Connected or ProbeOutcome.Resolved
        : Reach(outcome) == ProbeReach.NotReached;
}
