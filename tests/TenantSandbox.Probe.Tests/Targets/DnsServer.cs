using System.Net;
using System.Net.Sockets;

namespace TenantSandbox.Probe.Tests.Targets;

/// <summary>Answers DNS questions with a response code and no records.</summary>
internal sealed class DnsServer : IAsyncDisposable
{
    public const byte NoError = 0;

    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Task _answering;

    /// <param name="address">Where it listens.</param>
    /// <param name="port">At which port; 0 for any.</param>
    /// <param name="code">The response code.</param>
    /// <param name="ignored">Questions that it doesn't answer.</param>
    /// <param name="before">Packets that it sends before each answer, each made of the answer.</param>
    public DnsServer(IPAddress address, int port, byte code, int ignored = 0, params Func<byte[], byte[]>[] before)
    {
        _socket.Bind(new IPEndPoint(address, port));
        _answering = AnswerAsync(code, ignored, before);
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>The questions that were received.</summary>
    public int Questions { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _answering;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task AnswerAsync(byte code, int ignored, Func<byte[], byte[]>[] before)
    {
        try
        {
            var packet = new byte[512];
            while (true)
            {
                var question = await _socket.ReceiveFromAsync(packet, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                if (++Questions <= ignored)
                {
                    continue;
                }

                var answer = packet[..question.ReceivedBytes];
                answer[2] |= 0x80;
                answer[3] = code;
                foreach (var bytes in before.Select(b => b(answer)).Append(answer))
                {
                    await _socket.SendToAsync(bytes, SocketFlags.None, question.RemoteEndPoint, _stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}
