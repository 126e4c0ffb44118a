using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Isolation.PodSecurity;

/// <summary>Checks on the users, capabilities and privileges of containers.</summary>
internal static class PrivilegeChecks
{
    private const string CapabilitiesBaseline = "capabilities_baseline";
    private const string RunAsNonRoot = "securityContext/runAsNonRoot";
    private const string NonRootRule = "must set securityContext.runAsNonRoot to true";

    // What container runtimes give by default, without NET_RAW.
    private static readonly HashSet<string> DefaultCapabilities = new(StringComparer.Ordinal)
    {
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    };

    public static IReadOnlyList<PodSecurityCheck> All { get; } =
    [
        new("privileged", PodSecurityLevel.Baseline, Privileged),
        new(CapabilitiesBaseline, PodSecurityLevel.Baseline, NonDefaultCapabilities),
        new("allowPrivilegeEscalation", PodSecurityLevel.Restricted, PrivilegeEscalation) { ExemptsWindows = true },
        new("capabilities_restricted", PodSecurityLevel.Restricted, UnrestrictedCapabilities) { ExemptsWindows = true, Overrides = CapabilitiesBaseline },
        new("runAsNonRoot", PodSecurityLevel.Restricted, PossibleRoot) { ExemptsUserNamespaces = true },
        new("runAsUser", PodSecurityLevel.Restricted, RootUser) { ExemptsUserNamespaces = true },
    ];

    private static IEnumerable<FieldViolation> Privileged(EvaluatedPod pod) => pod.Containers
        .Where(c => c.SecurityContext?["privileged"] is { } value && !value.IsBoolean(false))
        .Select(c => c.Violates("securityContext/privileged", "must not be privileged; remove securityContext.privileged or set it to false"));

    private static IEnumerable<FieldViolation> PrivilegeEscalation(EvaluatedPod pod) => pod.Containers
        .Where(c => !(c.SecurityContext?["allowPrivilegeEscalation"]).IsBoolean(false))
        .Select(c => c.Violates("securityContext/allowPrivilegeEscalation", "must set securityContext.allowPrivilegeEscalation to false"));

    private static IEnumerable<FieldViolation> NonDefaultCapabilities(EvaluatedPod pod) => AddedCapabilities(
        pod, DefaultCapabilities.Contains, "must not add capabilities beyond the default ones; remove them from securityContext.capabilities.add");

    private static IEnumerable<FieldViolation> UnrestrictedCapabilities(EvaluatedPod pod) => pod.Containers
        .Where(c => !(Capabilities(c)?["drop"]).Texts().Any(t => t.Text == "ALL"))
        .Select(c => c.Violates("securityContext/capabilities/drop", "must set securityContext.capabilities.drop to [\"ALL\"]"))
        .Concat(AddedCapabilities(
            pod, name => name == "NET_BIND_SERVICE", "must not add capabilities other than NET_BIND_SERVICE; remove them from securityContext.capabilities.add"));

    private static IEnumerable<FieldViolation> AddedCapabilities(EvaluatedPod pod, Func<string, bool> isAllowed, string rule) =>
        from container in pod.Containers
        from added in (Capabilities(container)?["add"]).Texts()
        where !isAllowed(added.Text)
        select container.Violates($"securityContext/capabilities/add/{added.Index}", rule, added.Text.Quote());

    private static IEnumerable<FieldViolation> PossibleRoot(EvaluatedPod pod) => pod.Setting("runAsNonRoot")
        .Where(s => !s.Value.IsBoolean(true))
        .Select(s => s.Part.Violates(RunAsNonRoot, NonRootRule))
        .Concat(pod.Lacking("runAsNonRoot").Select(c => c.Violates(RunAsNonRoot, $"or the pod {NonRootRule}")));

    private static IEnumerable<FieldViolation> RootUser(EvaluatedPod pod) => pod.Setting("runAsUser")
        .Where(s => s.Value.AsNumber() is null or 0)
        .Select(s => s.Part.Violates("securityContext/runAsUser", "must not run as root; set securityContext.runAsUser to another user id than 0, or remove it"));

    private static JsonObject? Capabilities(PodPart container) => container.SecurityContext?["capabilities"] as JsonObject;
}
