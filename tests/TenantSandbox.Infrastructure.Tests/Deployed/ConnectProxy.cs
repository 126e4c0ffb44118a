using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TenantSandbox.Infrastructure.Tests.Deployed;

/// <summary>An HTTP proxy on loopback that takes the place of DNS: it connects every known name to one address, and refuses the others.</summary>
internal sealed class ConnectProxy : IAsyncDisposable
{
    private const int MaxHeadLength = 8192;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IReadOnlySet<string> _names;
    private readonly int _port;
    private readonly Task _accepting;

    /// <param name="names">The known names.</param>
    /// <param name="port">Where they all are, at 127.0.0.1.</param>
    public ConnectProxy(IReadOnlySet<string> names, int port)
    {
        (_names, _port) = (names, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = ServeAsync(client);
        }
    }

    // Ends with the processes that hold the connections.
    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var isKnown = await ReadHeadAsync(stream) is ["CONNECT", var target, ..] && _names.Contains(target.Split(':')[0]);
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(isKnown ? "200 Connection established" : "403 Forbidden")}\r\n\r\n"));
                if (isKnown)
                {
                    using var server = new TcpClient();
                    await server.ConnectAsync(IPAddress.Loopback, _port);
                    await Task.WhenAny(stream.CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(stream));
                }
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                // One of them has closed the connection.
            }
        }
    }

    // The client sends nothing after the head before it has the answer.
    private static async Task<string[]> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var buffer = new byte[1024];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && head.Length < MaxHeadLength && await stream.ReadAsync(buffer) is > 0 and var read)
        {
            head.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return head.ToString().Split('\r')[0].Split(' ');
    }
}
