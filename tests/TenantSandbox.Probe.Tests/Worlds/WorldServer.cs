using System.Net;
using TenantSandbox.Probe.Tests.Targets;

namespace TenantSandbox.Probe.Tests.Worlds;

/// <summary>The servers that probes of other network namespaces reach for. Test runners load this assembly and don't call it.</summary>
internal static class WorldServer
{
    public static async Task Main()
    {
        await using var web = new TcpServer(IPAddress.Any, 80, TcpServer.HttpAnswer("404 Not Found"));
        await using var api = new TcpServer(IPAddress.Any, 443, []);
        await using var kubelet = new TcpServer(IPAddress.Any, 10250, []);
        // Bound to its address: the answer has to come from the one that was asked.
        await using var dns = new DnsServer(IPAddress.Parse("10.0.0.10"), 53, DnsServer.NoError);
        await Console.Out.WriteLineAsync("listening");
        await Console.In.ReadToEndAsync();
    }
}
