namespace TenantSandbox.AksTwin.Kubernetes.PodSecurity;

/// <summary>
/// A check of the Pod Security Standards, with the texts of Pod Security Admission (repository kubernetes/pod-security-admission, folder policy). The
/// app has an evaluator of its own; this one is independent of it, so that each finds the mistakes of the other.
/// </summary>
/// <param name="Id">The check's id upstream.</param>
/// <param name="Describe">Describes the violation of a pod in a minor version as <c>reason (detail)</c>, or returns null.</param>
internal sealed record PodSecurityCheck(string Id, Func<ExaminedPod, int, string?> Describe)
{
    /// <summary>Whether it is part of both levels, and not only of <c>restricted</c>.</summary>
    public bool IsBaseline { get; init; }

    /// <summary>The first minor version that has it.</summary>
    public int Since { get; init; }

    /// <summary>The id of the baseline check that it replaces at the level <c>restricted</c>.</summary>
    public string? Overrides { get; init; }

    /// <summary>Every check in the order of upstream's messages: baseline first, each level by id.</summary>
    public static readonly IReadOnlyList<PodSecurityCheck> All =
    [
        Baseline("appArmorProfile", ProfileChecks.AppArmor),
        Baseline("capabilities_baseline", CapabilityChecks.Baseline),
        Baseline("hostNamespaces", HostChecks.Namespaces),
        Baseline("hostPathVolumes", HostChecks.HostPaths),
        Baseline("hostPorts", HostChecks.Ports),
        Baseline("hostProbesAndHostLifecycle", HostChecks.Handlers) with { Since = 34 },
        Baseline("privileged", CapabilityChecks.Privileged),
        new("procMount", (pod, minor) => minor >= 35 && pod.HasUserNamespace ? null : ProfileChecks.ProcMount(pod)) { IsBaseline = true },
        new("seLinuxOptions", ProfileChecks.SeLinux) { IsBaseline = true },
        Baseline("seccompProfile_baseline", ProfileChecks.Seccomp),
        new("sysctls", HostChecks.Sysctls) { IsBaseline = true },
        Baseline("windowsHostProcess", HostChecks.HostProcess),
        new("allowPrivilegeEscalation", ExceptOnWindows(CapabilityChecks.Escalation)),
        new("capabilities_restricted", ExceptOnWindows(CapabilityChecks.Restricted)) { Since = 22, Overrides = "capabilities_baseline" },
        new("procMount_restricted", (pod, _) => ProfileChecks.ProcMount(pod)) { Since = 35, Overrides = "procMount" },
        new("restrictedVolumes", (pod, _) => HostChecks.RestrictedVolumes(pod)) { Overrides = "hostPathVolumes" },
        new("runAsNonRoot", ExceptInUserNamespaces(CapabilityChecks.RunAsNonRoot)),
        new("runAsUser", ExceptInUserNamespaces(CapabilityChecks.RunAsUser)) { Since = 23 },
        new("seccompProfile_restricted", ExceptOnWindows(ProfileChecks.RestrictedSeccomp)) { Since = 19, Overrides = "seccompProfile_baseline" },
    ];

    private static PodSecurityCheck Baseline(string id, Func<ExaminedPod, string?> find) => new(id, (pod, _) => find(pod)) { IsBaseline = true };

    /// <summary>Since 1.25: validation refuses these fields in pods for Windows.</summary>
    private static Func<ExaminedPod, int, string?> ExceptOnWindows(Func<ExaminedPod, string?> find) =>
        (pod, minor) => minor >= 25 && pod.IsWindows ? null : find(pod);

    /// <summary>Since 1.35: root in a user namespace is no root on the node.</summary>
    private static Func<ExaminedPod, int, string?> ExceptInUserNamespaces(Func<ExaminedPod, string?> find) =>
        (pod, minor) => minor >= 35 && pod.HasUserNamespace ? null : find(pod);
}
