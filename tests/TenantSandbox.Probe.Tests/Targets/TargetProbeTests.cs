using System.Net;
using System.Net.Sockets;
using TenantSandbox.Core.Isolation.Probe;
using TenantSandbox.Probe.Targets;

namespace TenantSandbox.Probe.Tests.Targets;

public sealed class TargetProbeTests
{
    private const int LongMilliseconds = 5000;
    private const int ShortMilliseconds = 100;

    [Fact]
    public async Task Tcp_Listener_IsConnected()
    {
        await using var server = new TcpServer(IPAddress.Loopback, 0, []);

        Assert.Equal(ProbeOutcome.Connected, (await TryAsync(ProbeTargetKind.Tcp, server.Port)).Outcome);
    }

    [Theory]
    [InlineData(ProbeTargetKind.Tcp)]
    [InlineData(ProbeTargetKind.Http)]
    [InlineData(ProbeTargetKind.UdpDns)]
    public async Task Any_NoListener_IsRefused(ProbeTargetKind kind)
    {
        // Bound and not listening, so that nobody else takes the port.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var other = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        var port = kind == ProbeTargetKind.UdpDns ? other.LocalEndPoint : socket.LocalEndPoint;

        var result = await TryAsync(kind, ((IPEndPoint)port!).Port);

        Assert.Equal((ProbeOutcome.Refused, "ConnectionRefused"), (result.Outcome, result.Detail));
    }

    [Theory]
    [InlineData("200 OK", "HTTP status 200")]
    [InlineData("404 Not Found", "HTTP status 404")]
    public async Task Http_Answer_IsConnectedWhateverItsStatus(string status, string detail)
    {
        await using var server = new TcpServer(IPAddress.Loopback, 0, TcpServer.HttpAnswer(status));

        var result = await TryAsync(ProbeTargetKind.Http, server.Port);

        Assert.Equal((ProbeOutcome.Connected, detail), (result.Outcome, result.Detail));
    }

    [Theory]
    [InlineData("", "connected, then closed without an HTTP answer")]
    [InlineData("HTTP/1.1 40", "connected, then closed without an HTTP answer")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "connected, then an answer that is not HTTP")]
    [InlineData("HTTP/1.1 ab\u001b and more", "connected, then an answer that is not HTTP")]
    public async Task Http_OtherAnswer_Fails(string answer, string detail)
    {
        await using var server = new TcpServer(IPAddress.Loopback, 0, [.. answer.Select(c => (byte)c)]);

        var result = await TryAsync(ProbeTargetKind.Http, server.Port);

        Assert.Equal((ProbeOutcome.Failed, detail), (result.Outcome, result.Detail));
    }

    [Fact]
    public async Task Http_NoAnswer_FailsInTime()
    {
        await using var server = new TcpServer(IPAddress.Loopback, 0, null);

        var result = await TryAsync(ProbeTargetKind.Http, server.Port, ShortMilliseconds);

        Assert.Equal((ProbeOutcome.Failed, "connected, then no HTTP answer in time"), (result.Outcome, result.Detail));
        Assert.InRange(result.Milliseconds, ShortMilliseconds / 2, LongMilliseconds);
    }

    [Theory]
    [InlineData(0, ProbeOutcome.Resolved, "0 records")]
    [InlineData(2, ProbeOutcome.Refused, "the server answered SERVFAIL")]
    [InlineData(3, ProbeOutcome.Resolved, "no such name")]
    [InlineData(5, ProbeOutcome.Refused, "the server answered REFUSED")]
    [InlineData(9, ProbeOutcome.Refused, "the server answered with code 9")]
    public async Task Dns_Answer_HasTheOutcomeOfItsCode(byte code, ProbeOutcome outcome, string detail)
    {
        await using var server = new DnsServer(IPAddress.Loopback, 0, code);

        var result = await TryAsync(ProbeTargetKind.UdpDns, server.Port);

        Assert.Equal((outcome, detail), (result.Outcome, result.Detail));
    }

    [Fact]
    public async Task Dns_PacketsThatAreNoAnswers_AreSkipped()
    {
        await using var server = new DnsServer(
            IPAddress.Loopback,
            0,
            DnsServer.NoError,
            ignored: 0,
            a => a[..5],
            a => [(byte)~a[0], .. a[1..]],
            a => [.. a[..2], 1, .. a[3..]],
            a => [.. a[..13], (byte)'x', .. a[14..]]);

        var result = await TryAsync(ProbeTargetKind.UdpDns, server.Port);

        Assert.Equal(ProbeOutcome.Resolved, result.Outcome);
    }

    [Fact]
    public async Task Dns_FirstQuestionIsLost_IsRepeatedOnce()
    {
        await using var server = new DnsServer(IPAddress.Loopback, 0, DnsServer.NoError, ignored: 1);

        Assert.Equal(ProbeOutcome.Resolved, (await TryAsync(ProbeTargetKind.UdpDns, server.Port, 400)).Outcome);
        Assert.Equal(2, server.Questions);
    }

    [Fact]
    public async Task Dns_NoAnswer_TimesOut()
    {
        await using var server = new DnsServer(IPAddress.Loopback, 0, DnsServer.NoError, ignored: int.MaxValue);

        Assert.Equal(ProbeOutcome.TimedOut, (await TryAsync(ProbeTargetKind.UdpDns, server.Port, ShortMilliseconds)).Outcome);
    }

    [Fact]
    public async Task TryAll_ManyThatTimeOut_TakesTheTimeOfOne()
    {
        await using var server = new DnsServer(IPAddress.Loopback, 0, DnsServer.NoError, ignored: int.MaxValue);
        var targets = Enumerable.Range(0, ProbeRequest.MaxTargets).Select(i => Target(ProbeTargetKind.UdpDns, server.Port, ShortMilliseconds, $"t{i}"));

        var started = DateTime.UtcNow;
        var results = await TargetProbe.TryAllAsync(targets);

        Assert.All(results, r => Assert.Equal(ProbeOutcome.TimedOut, r.Outcome));
        Assert.Equal(Enumerable.Range(0, ProbeRequest.MaxTargets).Select(i => $"t{i}"), results.Select(r => r.Name));
        Assert.InRange((DateTime.UtcNow - started).TotalMilliseconds, 0, ShortMilliseconds * ProbeRequest.MaxTargets / 2);
    }

    private static Task<ProbeTargetResult> TryAsync(ProbeTargetKind kind, int port, int timeout = LongMilliseconds) =>
        TargetProbe.TryAsync(Target(kind, port, timeout, "target"));

    private static ProbeTarget Target(ProbeTargetKind kind, int port, int timeout, string name) => new(
        name, kind, "127.0.0.1", port, ProbeExpectation.Open, timeout, kind == ProbeTargetKind.UdpDns ? "kubernetes.default.svc" : null);
}
