using static TenantSandbox.AksTwin.Kubernetes.PodSecurity.ExaminedPod;

namespace TenantSandbox.AksTwin.Kubernetes.PodSecurity;

/// <summary>Checks of Pod Security on the users, capabilities and privileges of containers.</summary>
internal static class CapabilityChecks
{
    private static readonly string[] DefaultCapabilities =
    [
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID",
        "SYS_CHROOT",
    ];

    private static readonly string[] RestrictedCapabilities = ["NET_BIND_SERVICE"];

    public static string? Privileged(ExaminedPod pod) => pod.Find(c => c.GetBoolean("securityContext", "privileged") is true) is { Count: > 0 } bad
        ? $"privileged ({Name("container", bad)} must not set securityContext.privileged=true)" : null;

    public static string? Escalation(ExaminedPod pod) =>
        pod.Find(c => c.GetBoolean("securityContext", "allowPrivilegeEscalation") is not false) is { Count: > 0 } bad
            ? $"allowPrivilegeEscalation != false ({Name("container", bad)} must set securityContext.allowPrivilegeEscalation=false)" : null;

    public static string? Baseline(ExaminedPod pod) => Added(pod, DefaultCapabilities) is { } added ? $"non-default capabilities ({added})" : null;

    public static string? Restricted(ExaminedPod pod)
    {
        var keeping = pod.Find(c => !c.GetStrings("securityContext", "capabilities", "drop").Contains("ALL"));
        var drop = keeping.Count == 0 ? null : $"{Name("container", keeping)} must set securityContext.capabilities.drop=[\"ALL\"]";
        var details = string.Join("; ", ((string?[])[drop, Added(pod, RestrictedCapabilities)]).OfType<string>());
        return details.Length == 0 ? null : $"unrestricted capabilities ({details})";
    }

    public static string? RunAsNonRoot(ExaminedPod pod)
    {
        var wrong = pod.Setters(c => c.GetBoolean("runAsNonRoot") is false);
        var isSetByPod = pod.Spec.GetBoolean("securityContext", "runAsNonRoot") is true;
        var lacking = pod.Find(c => !isSetByPod && c.GetBoolean("securityContext", "runAsNonRoot") is null);
        return wrong is not null ? $"runAsNonRoot != true ({wrong} must not set securityContext.runAsNonRoot=false)"
            : lacking.Count > 0 ? $"runAsNonRoot != true (pod or {Name("container", lacking)} must set securityContext.runAsNonRoot=true)"
            : null;
    }

    public static string? RunAsUser(ExaminedPod pod) =>
        pod.Setters(c => c.GetInteger("runAsUser") is 0) is { } setters ? $"runAsUser=0 ({setters} must not set runAsUser=0)" : null;

    private static string? Added(ExaminedPod pod, string[] allowed)
    {
        return pod.Find(c => Others(c).Any()) is { Count: > 0 } bad
            ? $"{Name("container", bad)} must not include {Quote(pod.Values(Others))} in securityContext.capabilities.add" : null;

        IEnumerable<string> Others(JsonObject container) => container.GetStrings("securityContext", "capabilities", "add").Except(allowed);
    }
}
