using static TenantSandbox.Core.Requests.PodTemplates.FieldRule;

namespace TenantSandbox.Core.Requests.PodTemplates.Rules;

/// <summary>Security contexts: what Pod Security <c>restricted</c> (v1.36) allows, less what kata or isolation exclude.</summary>
internal static class PodSecurityRules
{
    private const string NoSeLinux = "Nodes and guests have no SELinux policy for tenants.";
    private const string Profile = "The container runtime's default profile applies.";

    // The kubelet's safe sysctls, as Pod Security lists them. They are the guest's own.
    private static readonly ChoiceValue SafeSysctls = new(
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_syncookies");

    private static readonly IntegerValue Id = new(1, int.MaxValue);

    public static IReadOnlyList<ObjectRule> Types { get; } =
    [
        new("PodSecurityContext",
        [
            Set("appArmorProfile", "appArmor", new ObjectValue("AppArmorProfile"), Profile),
            Accept("fsGroup", Id, "Not 0."),
            Accept("fsGroupChangePolicy", new ChoiceValue("Always", "OnRootMismatch")),
            Accept("runAsGroup", Id, "Not 0."),
            Set("runAsNonRoot", "runAsNonRoot", new BooleanValue(true), "Containers don't run as root."),
            Accept("runAsUser", Id, "Not 0, and within the installation's bounds; the installation's default when absent."),
            Refuse("seLinuxChangePolicy", "seLinux", NoSeLinux),
            Refuse("seLinuxOptions", "seLinux", NoSeLinux),
            Set("seccompProfile", "seccomp", new ObjectValue("SeccompProfile"), Profile),
            Accept("supplementalGroups", new ListValue(Id, 0, 20), "Not 0."),
            Set("supplementalGroupsPolicy", "supplementalGroupsPolicy", new ChoiceValue("Merge"), "Not every container runtime supports Strict."),
            Accept("sysctls", new ListValue(new ObjectValue("Sysctl"), 0, 10)),
            Refuse("windowsOptions", "linux", "Kata guests run Linux."),
        ]),
        new("SecurityContext",
        [
            Set("allowPrivilegeEscalation", "allowPrivilegeEscalation", new BooleanValue(false), "Containers don't gain privileges."),
            Set("appArmorProfile", "appArmor", new ObjectValue("AppArmorProfile"), Profile),
            Accept("capabilities", new ObjectValue("Capabilities")),
            Set("privileged", "privileged", new BooleanValue(false), "Containers aren't privileged."),
            Set("procMount", "procMount", new ChoiceValue("Default"), "The runtime masks parts of /proc."),
            Accept("readOnlyRootFilesystem", new BooleanValue(), "false only where the installation allows it; the installation's default when absent."),
            Accept("runAsGroup", Id, "Not 0."),
            Set("runAsNonRoot", "runAsNonRoot", new BooleanValue(true), "Containers don't run as root."),
            Accept("runAsUser", Id, "Not 0, and within the installation's bounds."),
            Refuse("seLinuxOptions", "seLinux", NoSeLinux),
            Set("seccompProfile", "seccomp", new ObjectValue("SeccompProfile"), Profile),
            Refuse("windowsOptions", "linux", "Kata guests run Linux."),
        ]),
        new("Capabilities",
        [
            Accept("add", new ListValue(new CapabilityValue(), 0, 50), "Only NET_BIND_SERVICE."),
            Set("drop", "dropAll", new ListValue(new TextValue(PodTextRules.Capability), 0, 50), "All capabilities are dropped."),
        ]),
        new("SeccompProfile",
        [
            Refuse("localhostProfile", "seccomp", Profile),
            Require("type", new ChoiceValue("RuntimeDefault")),
        ]),
        new("AppArmorProfile",
        [
            Refuse("localhostProfile", "appArmor", Profile),
            Require("type", new ChoiceValue("RuntimeDefault")),
        ]),
        new("Sysctl", [Require("name", new SysctlName(SafeSysctls)), Require("value", new TextValue(PodTextRules.SysctlValue))]),
    ];
}
