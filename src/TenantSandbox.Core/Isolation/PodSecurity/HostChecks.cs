using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.PodTemplates;

namespace TenantSandbox.Core.Isolation.PodSecurity;

/// <summary>Checks on what a pod shares with its node, other than volumes.</summary>
internal static class HostChecks
{
    private static readonly string[] Namespaces = ["hostNetwork", "hostPID", "hostIPC"];
    private static readonly string[] Probes = ["livenessProbe", "readinessProbe", "startupProbe"];
    private static readonly string[] Hooks = ["postStart", "preStop"];
    private static readonly string[] Actions = ["httpGet", "tcpSocket"];

    // Isolated between the pods of a node (page "Pod Security Standards", Baseline, Sysctls; the last two since 1.37).
    private static readonly HashSet<string> SafeSysctls = new(StringComparer.Ordinal)
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
        "net.ipv4.tcp_notsent_lowat",
        "net.ipv4.tcp_slow_start_after_idle",
    };

    public static IReadOnlyList<PodSecurityCheck> All { get; } =
    [
        new("hostNamespaces", PodSecurityLevel.Baseline, SharedNamespaces),
        new("hostPorts", PodSecurityLevel.Baseline, HostPorts),
        new("hostProbesAndHostLifecycle", PodSecurityLevel.Baseline, HandlerHosts),
        new("sysctls", PodSecurityLevel.Baseline, UnsafeSysctls),
        new("windowsHostProcess", PodSecurityLevel.Baseline, HostProcesses),
    ];

    private static IEnumerable<FieldViolation> SharedNamespaces(EvaluatedPod pod) => Namespaces
        .Where(name => pod.Spec[name] is { } value && !value.IsBoolean(false))
        .Select(name => pod.Violates(name, "must not share namespaces with the node; remove the field or set it to false", name));

    private static IEnumerable<FieldViolation> HostPorts(EvaluatedPod pod) =>
        from container in pod.Containers
        from port in PodNodes.Items(container.Node, "ports")
        let value = port.Value["hostPort"]
        where value is not null && value.AsNumber() != 0
        select container.Violates($"ports/{port.Index}/hostPort", "must not use ports of the node; remove hostPort", value.AsText());

    // Upstream since 1.34. The kubelet sends these requests, so they come from the node's network.
    private static IEnumerable<FieldViolation> HandlerHosts(EvaluatedPod pod) =>
        from container in pod.Containers
        from handler in Probes.Concat(Hooks.Select(hook => $"lifecycle/{hook}"))
        from action in Actions
        let path = $"{handler}/{action}/host"
        let host = Find(container.Node, path).AsText()
        where host.Length > 0
        select container.Violates(path, "must not send probes or lifecycle requests to another host; remove the handler's host", host.Quote());

    private static IEnumerable<FieldViolation> UnsafeSysctls(EvaluatedPod pod) =>
        pod.Spec["securityContext"] is not JsonObject context
            ? []
            : PodNodes.Items(context, "sysctls")
                .Select(s => (s.Index, Name: s.Value["name"].AsText()))
                .Where(s => !SafeSysctls.Contains(s.Name))
                .Select(s => pod.Violates($"securityContext/sysctls/{s.Index}/name", "must not set unsafe sysctls; remove them", s.Name.Quote()));

    private static IEnumerable<FieldViolation> HostProcesses(EvaluatedPod pod) => pod.Setting("windowsOptions")
        .Where(s => (s.Value as JsonObject)?["hostProcess"] is { } value && !value.IsBoolean(false))
        .Select(s => s.Part.Violates(
            "securityContext/windowsOptions/hostProcess", "must not run as a process of the Windows node; remove securityContext.windowsOptions.hostProcess"));

    private static JsonNode? Find(JsonNode node, string path) => path.Split('/').Aggregate((JsonNode?)node, (found, name) => (found as JsonObject)?[name]);
}
