using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TenantSandbox.Probe.Tests.Targets;

/// <summary>Accepts connections, and answers the first bytes of each with bytes of its own, if there are any.</summary>
internal sealed class TcpServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener;
    private readonly Task _accepting;

    /// <param name="address">Where it listens.</param>
    /// <param name="port">At which port; 0 for any.</param>
    /// <param name="answer">The answer, after which the connection is closed; null to keep it open without one.</param>
    public TcpServer(IPAddress address, int port, byte[]? answer)
    {
        _listener = new TcpListener(address, port);
        _listener.Start();
        _accepting = AcceptAsync(answer);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static byte[] HttpAnswer(string status) => Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync(byte[]? answer)
    {
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptSocketAsync(_stop.Token);
                var received = await socket.ReceiveAsync(new byte[1024], SocketFlags.None, _stop.Token);
                if (answer is null)
                {
                    // Until the client closes.
                    await socket.ReceiveAsync(new byte[1], SocketFlags.None, _stop.Token);
                }
                else if (received > 0)
                {
                    await socket.SendAsync(answer, SocketFlags.None, _stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}
