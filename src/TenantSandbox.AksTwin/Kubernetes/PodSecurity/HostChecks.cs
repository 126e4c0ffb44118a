using static TenantSandbox.AksTwin.Kubernetes.PodSecurity.ExaminedPod;

namespace TenantSandbox.AksTwin.Kubernetes.PodSecurity;

/// <summary>Checks of Pod Security on what a pod shares with its node, and on its volumes.</summary>
internal static class HostChecks
{
    private static readonly string[] HostNamespaces = ["hostNetwork", "hostPID", "hostIPC"];

    private static readonly FieldPattern Hosts = new("livenessProbe|readinessProbe|startupProbe.httpGet|tcpSocket.host");
    private static readonly FieldPattern HookHosts = new("lifecycle.postStart|preStop.httpGet|tcpSocket.host");

    private static readonly string[] VolumeTypes =
        ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];

    /// <summary>The safe sysctls with the minor version since which they are.</summary>
    private static readonly Dictionary<string, int> SafeSysctls = new(StringComparer.Ordinal)
    {
        ["kernel.shm_rmid_forced"] = 0,
        ["net.ipv4.ip_local_port_range"] = 0,
        ["net.ipv4.tcp_syncookies"] = 0,
        ["net.ipv4.ping_group_range"] = 0,
        ["net.ipv4.ip_unprivileged_port_start"] = 0,
        ["net.ipv4.ip_local_reserved_ports"] = 27,
        ["net.ipv4.tcp_keepalive_time"] = 29,
        ["net.ipv4.tcp_fin_timeout"] = 29,
        ["net.ipv4.tcp_keepalive_intvl"] = 29,
        ["net.ipv4.tcp_keepalive_probes"] = 29,
        ["net.ipv4.tcp_rmem"] = 32,
        ["net.ipv4.tcp_wmem"] = 32,
        ["net.ipv4.tcp_slow_start_after_idle"] = 37,
        ["net.ipv4.tcp_notsent_lowat"] = 37,
    };

    public static string? Namespaces(ExaminedPod pod)
    {
        var shared = HostNamespaces.Where(name => pod.Spec.GetBoolean(name) is true).Select(name => $"{name}=true").ToList();
        return shared.Count == 0 ? null : $"host namespaces ({string.Join(", ", shared)})";
    }

    public static string? Ports(ExaminedPod pod)
    {
        return pod.Find(c => PortsOf(c).Any()) is { Count: > 0 } bad && pod.Values(PortsOf) is var ports
            ? $"hostPort ({Name("container", bad)} {Verb(bad)} {Plural("hostPort", ports.Count)} {string.Join(", ", ports)})" : null;

        static IEnumerable<string> PortsOf(JsonObject container) =>
            container.GetObjects("ports").Select(p => p.GetInteger("hostPort") ?? 0).Where(port => port != 0).Select(port => $"{port}");
    }

    public static string? Handlers(ExaminedPod pod)
    {
        return pod.Find(c => HostsOf(c).Any()) is { Count: > 0 } bad && pod.Values(HostsOf) is var hosts
            ? $"probe or lifecycle host ({Name("container", Sorted(bad))} {Verb(bad)} {Plural("probe or lifecycle host", hosts.Count)} {Quote(hosts)})" : null;

        static IEnumerable<string> HostsOf(JsonObject container) => Hosts.Match(container, "").Concat(HookHosts.Match(container, ""))
            .Select(host => host.Value.GetString()).OfType<string>().Where(host => host.Length > 0);

        static List<string> Sorted(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];
    }

    public static string? Sysctls(ExaminedPod pod, int minor)
    {
        var unsafeOnes = pod.Spec.GetObjects("securityContext", "sysctls").Select(s => s.GetString("name") ?? "")
            .Where(name => !(SafeSysctls.TryGetValue(name, out var since) && since <= minor)).ToList();
        return unsafeOnes.Count == 0 ? null : $"forbidden sysctls ({string.Join(", ", unsafeOnes)})";
    }

    public static string? HostProcess(ExaminedPod pod) => pod.Setters(c => c.GetBoolean("windowsOptions", "hostProcess") is true) is { } setters
        ? $"hostProcess ({setters} must not set securityContext.windowsOptions.hostProcess=true)" : null;

    public static string? HostPaths(ExaminedPod pod)
    {
        var bad = pod.Spec.GetObjects("volumes").Where(v => v["hostPath"] is not null).Select(v => v.GetString("name") ?? "").ToList();
        return bad.Count == 0 ? null : $"hostPath volumes ({Name("volume", bad)})";
    }

    public static string? RestrictedVolumes(ExaminedPod pod)
    {
        var bad = pod.Spec.GetObjects("volumes").Select(v => (Name: v.GetString("name") ?? "", Type: v.Select(p => p.Key).FirstOrDefault(IsRestricted)))
            .Where(v => v.Type is not null).ToList();
        var types = bad.Select(v => v.Type!).Distinct().Order(StringComparer.Ordinal).ToList();
        return bad.Count == 0 ? null : $"restricted volume types ({Name("volume", [.. bad.Select(v => v.Name)])} {Verb(bad)} "
            + $"{Plural("restricted volume type", types.Count)} {Quote(types)})";

        static bool IsRestricted(string field) => field != "name" && !VolumeTypes.Contains(field);
    }

    private static string Verb<T>(List<T> users) => users.Count == 1 ? "uses" : "use";
}
