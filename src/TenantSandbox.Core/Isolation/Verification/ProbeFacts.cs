using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>The probe of one node.</summary>
/// <param name="Node">The node that it was started for.</param>
/// <param name="Pod">The probe pod's name.</param>
/// <param name="Request">What it was asked.</param>
/// <param name="Log">What it printed, at most one byte more than a result may have; null when nothing could be read.</param>
/// <param name="Failure">Why it printed nothing that could be read, such as a pod that didn't start in time; null when there is a log.</param>
/// <param name="IsWithoutRoom">Whether the node has no room for it, so that it never started.</param>
public sealed record ProbeFacts(string Node, string Pod, ProbeRequest Request, string? Log, string? Failure = null, bool IsWithoutRoom = false)
{
    /// <summary>Begins the names of targets that come from the tenant's allow list.</summary>
    public const string AllowListPrefix = "allow-list";
}
