using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.Probe.Targets;

/// <summary>Tries targets, all at the same time, each for its own time.</summary>
internal static class TargetProbe
{
    /// <summary>Tries all targets; the results are in their order.</summary>
    public static Task<ProbeTargetResult[]> TryAllAsync(IEnumerable<ProbeTarget> targets) => Task.WhenAll(targets.Select(TryAsync));

    /// <summary>Tries one target. Never throws.</summary>
    public static async Task<ProbeTargetResult> TryAsync(ProbeTarget target)
    {
        var started = Stopwatch.GetTimestamp();
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(target.TimeoutMilliseconds));
        var (outcome, detail) = await TryAsync(target, timeout.Token);
        return new ProbeTargetResult(
            target.Name, outcome, ProbeText.Clean(detail, ProbeResult.MaxDetailLength), (int)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    private static async Task<(ProbeOutcome Outcome, string Detail)> TryAsync(ProbeTarget target, CancellationToken cancellationToken)
    {
        try
        {
            var address = new IPEndPoint(IPAddress.Parse(target.Address), target.Port);
            return target.Kind switch
            {
                ProbeTargetKind.Tcp => await TcpProbe.TryAsync(address, cancellationToken),
                ProbeTargetKind.UdpDns => await DnsProbe.TryAsync(address, target.DnsName!, target.TimeoutMilliseconds / 2, cancellationToken),
                ProbeTargetKind.Http => await HttpProbe.TryAsync(address, target.Path ?? "/", cancellationToken),
                _ => (ProbeOutcome.Failed, string.Create(CultureInfo.InvariantCulture, $"kind {(int)target.Kind} is not known")),
            };
        }
        catch (OperationCanceledException)
        {
            return (ProbeOutcome.TimedOut, "");
        }
        catch (SocketException e)
        {
            return (Outcome(e.SocketErrorCode), e.SocketErrorCode.ToString());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return (ProbeOutcome.Failed, e.GetType().Name);
        }
    }

    /// <summary>
    /// What an error of a socket means. Access denied is how the kernel reports a rule of its own firewall, and what it makes of the ICMP
    /// message that an administrator prohibits the packet, by the protocol.
    /// </summary>
    private static ProbeOutcome Outcome(SocketError error) => error switch
    {
        SocketError.ConnectionRefused or SocketError.ConnectionReset => ProbeOutcome.Refused,
        SocketError.TimedOut => ProbeOutcome.TimedOut,
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.HostDown
            or SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported or SocketError.AccessDenied => ProbeOutcome.Unreachable,
        _ => ProbeOutcome.Failed,
    };
}
