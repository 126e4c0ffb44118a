using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace TenantSandbox.Probe;

/// <summary>
/// Accepts TCP connections and closes each at once, without reading from it: the cluster's listener, which other probes must or must not reach.
/// Ends when it is told to (SIGTERM, SIGINT).
/// </summary>
internal static class ListenMode
{
    /// <summary>The first argument that asks for it; the second is the port.</summary>
    public const string Name = "listen";

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string port)
    {
        if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            await Console.Error.WriteLineAsync("tenantsandbox-probe: listen takes a port, 0 to 65535; 0 picks a free one.");
            return ExitCodes.InvalidRequest;
        }

        using var stop = new CancellationTokenSource();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var socket = Listen(number);
        await Console.Out.WriteLineAsync($"listening on port {((IPEndPoint)socket.LocalEndPoint!).Port}");
        try
        {
            while (true)
            {
                using var connection = await AcceptAsync(socket, stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Done;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    // On every address of both IP families, where there are both.
    private static Socket Listen(int port)
    {
        var socket = Socket.OSSupportsIPv6
            ? new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true }
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, port));
        socket.Listen();
        return socket;
    }

    /// <returns>Null for a connection that was gone before it was accepted.</returns>
    private static async Task<Socket?> AcceptAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            return await socket.AcceptAsync(cancellationToken);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            return null;
        }
    }
}
