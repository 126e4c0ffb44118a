using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.Core.Tests.Isolation.Probe;

internal static class ProbeSamples
{
    public static readonly ProbeRequest Request = new(
        ProbeRequest.CurrentSchema,
        "00112233445566778899aabbccddeeff",
        [
            new("imds", ProbeTargetKind.Http, "169.254.169.254", 80, ProbeExpectation.Closed, 1000, Path: "/metadata/instance"),
            new("dns", ProbeTargetKind.UdpDns, "10.0.0.10", 53, ProbeExpectation.Open, 2000, DnsName: "kubernetes.default.svc.cluster.local"),
            new("other-tenant", ProbeTargetKind.Tcp, "fd00::7", 8080, ProbeExpectation.Closed, 1000),
        ]);

    public static readonly ProbeResult Result = new(
        ProbeRequest.CurrentSchema,
        Request.Nonce,
        new DateTimeOffset(2026, 11, 28, 3, 4, 5, TimeSpan.Zero),
        new("6.6.137.mshv1-1.azl3", "#1 SMP PREEMPT Thu Aug 20 03:04:05 UTC 2026", "f2136ca1-3055-4e14-af58-687a008e6e0a", 520_093_696, 1),
        new(65532, "0000000000000000", 2, NoNewPrivileges: true),
        [],
        [
            new("imds", ProbeOutcome.TimedOut, "", 1001),
            new("dns", ProbeOutcome.Resolved, "1 records", 3),
            new("other-tenant", ProbeOutcome.Unreachable, "HostUnreachable", 0),
        ]);

    public const string RequestJson =
        """{"schema":1,"nonce":"00112233445566778899aabbccddeeff","targets":["""
        + """{"name":"imds","kind":"http","address":"169.254.169.254","port":80,"expected":"closed","timeoutMs":1000,"path":"/metadata/instance"},"""
        + """{"name":"dns","kind":"udp-dns","address":"10.0.0.10","port":53,"expected":"open","timeoutMs":2000,"dnsName":"kubernetes.default.svc.cluster.local"},"""
        + """{"name":"other-tenant","kind":"tcp","address":"fd00::7","port":8080,"expected":"closed","timeoutMs":1000}]}""";

    public const string ResultJson =
        """{"schema":1,"nonce":"00112233445566778899aabbccddeeff","startedAt":"2026-11-28T03:04:05+00:00","guest":{"kernelRelease":"6.6.137.mshv1-1.azl3","""
        + """ "kernelVersion":"#1 SMP PREEMPT Thu Aug 20 03:04:05 UTC 2026","bootId":"f2136ca1-3055-4e14-af58-687a008e6e0a","memoryBytes":520093696,"cpus":1},"""
        + """ "process":{"userId":65532,"effectiveCapabilities":"0000000000000000","seccomp":2,"noNewPrivileges":true},"tokenMounts":[],"targets":["""
        + """{"name":"imds","outcome":"timedOut","detail":"","milliseconds":1001},{"name":"dns","outcome":"resolved","detail":"1 records","milliseconds":3},"""
        + """{"name":"other-tenant","outcome":"unreachable","detail":"HostUnreachable","milliseconds":0}]}""";
}
