using System.Net;
using System.Net.Sockets;
using System.Text;
using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.Probe.Targets;

/// <summary>
/// Asks for a path over plain HTTP/1.1 and reads the status line, no more: the answer's text is foreign and not needed. A connection without an
/// HTTP answer shows neither that the service is open nor that it is closed; a firewall may have accepted it in the target's name.
/// </summary>
internal static class HttpProbe
{
    private static readonly byte[] Version = "HTTP/1."u8.ToArray();

    public static async Task<(ProbeOutcome Outcome, string Detail)> TryAsync(IPEndPoint address, string path, CancellationToken cancellationToken)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address, cancellationToken);
        try
        {
            var request = $"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n";
            await socket.SendAsync(Encoding.ASCII.GetBytes(request), SocketFlags.None, cancellationToken);

            // "HTTP/1.1 404" has 12 characters.
            var status = new byte[12];
            for (var length = 0; length < status.Length;)
            {
                var read = await socket.ReceiveAsync(status.AsMemory(length), SocketFlags.None, cancellationToken);
                if (read == 0)
                {
                    return (ProbeOutcome.Failed, "connected, then closed without an HTTP answer");
                }

                length += read;
            }

            return status.AsSpan().StartsWith(Version) && status.AsSpan(9).IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
                ? (ProbeOutcome.Connected, $"HTTP status {Encoding.ASCII.GetString(status, 9, 3)}")
                : (ProbeOutcome.Failed, "connected, then an answer that is not HTTP");
        }
        catch (OperationCanceledException)
        {
            return (ProbeOutcome.Failed, "connected, then no HTTP answer in time");
        }
        catch (SocketException e)
        {
            return (ProbeOutcome.Failed, $"connected, then {e.SocketErrorCode}");
        }
    }
}
