namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>
/// Documented blind spots of Pod Sandboxing (AKS documentation, "Pod Sandboxing" and its considerations). They don't weaken the boundary, but
/// whoever relies on a report must know what nobody watches.
/// </summary>
internal static class LimitRules
{
    public static IReadOnlyList<IsolationRule> All { get; } =
    [
        Of("limits.defender", "Defender for Containers assesses the pods.", "Microsoft Defender for Containers doesn't assess kata pods."),
        Of("limits.container-insights", "Container insights shows the pods.", "The documentation of the preview excluded Container insights, and today's doesn't include it."),
        new("limits.csi", IsolationArea.Limits, "CSI volumes work in guests.", (_, e) =>
            e.Names.WorkloadRuntime == PreviewRuntime
                ? [new(e.ClusterId, "supported", "not supported", CheckVerdict.Warning, "The preview of Pod Sandboxing supports neither CSI nor Secrets Store CSI volumes.")]
                : [Observation.NotApplicable(e.ClusterId, "supported", "Only the preview of Pod Sandboxing had this limit.")]),
    ];

    private const string PreviewRuntime = "KataMshvVmIsolation";

    private static IsolationRule Of(string id, string expects, string reason) =>
        new(id, IsolationArea.Limits, expects, (_, e) => [new(e.ClusterId, expects, "not documented as supported", CheckVerdict.Warning, reason)]);
}
