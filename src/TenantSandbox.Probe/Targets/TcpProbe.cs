using System.Net;
using System.Net.Sockets;
using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.Probe.Targets;

/// <summary>Opens a TCP connection and closes it at once.</summary>
internal static class TcpProbe
{
    public static async Task<(ProbeOutcome Outcome, string Detail)> TryAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address, cancellationToken);
        return (ProbeOutcome.Connected, "");
    }
}
