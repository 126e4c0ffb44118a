namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>
/// What the control probe of a cluster found of its listener: a target whose only purpose is to be closed to tenants. That it is silent says
/// something of it only while it answers a probe that may reach it.
/// </summary>
/// <param name="Address">The listener's address; null when it has none.</param>
/// <param name="Failure">Why it isn't shown that it answers; null when it answered the control probe.</param>
public sealed record ListenerFacts(string? Address, string? Failure)
{
    /// <summary>The name of the target in a probe's request.</summary>
    public const string TargetName = "listener";
}
