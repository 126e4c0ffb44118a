using System.Net;
using System.Net.Sockets;

namespace TenantSandbox.Cli.Local;

/// <summary>Finds a free port for a server that has to be told its port before it listens.</summary>
internal static class FreePort
{
    public static int OnLoopback()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
