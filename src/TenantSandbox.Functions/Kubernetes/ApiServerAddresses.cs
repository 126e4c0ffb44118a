using System.Net;
using System.Net.Sockets;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Reads the addresses of a cluster's API server.</summary>
internal sealed class ApiServerAddresses(ClusterConnections connections)
{
    private const string Namespace = "default";
    private const string Service = "kubernetes";

    /// <summary>
    /// The addresses behind the Service <c>kubernetes</c>, which each API server registers, and those that this app connects to: behind a load
    /// balancer or a private link they can differ.
    /// </summary>
    /// <exception cref="SandboxException">They could not be read.</exception>
    public async Task<IReadOnlyList<IPAddress>> ReadAsync(string clusterId, CancellationToken cancellationToken)
    {
        // The API server maintains Endpoints itself, in every version; EndpointSlices of version 1 are served from 1.21 on.
        var endpoints = await connections.FindAsync(
            clusterId,
            $"read Endpoints {Namespace}/{Service}",
            client => client.CoreV1.ReadNamespacedEndpointsAsync(Service, Namespace, cancellationToken: cancellationToken),
            cancellationToken);
        IPAddress[] registered = [.. (endpoints?.Subsets ?? []).SelectMany(s => (s.Addresses ?? []).Concat(s.NotReadyAddresses ?? [])).Select(a => Parse(a, clusterId))];
        var host = await connections.CallAsync(clusterId, "connect", client => Task.FromResult(client.BaseUri.DnsSafeHost), cancellationToken);
        return Combine(clusterId, registered, await ResolveAsync(host, clusterId, cancellationToken));
    }

    /// <summary>All addresses, if they are known.</summary>
    /// <param name="clusterId">The cluster.</param>
    /// <param name="registered">Those that the API server registers.</param>
    /// <param name="connected">Those that this app connects to.</param>
    /// <exception cref="TransientException">None is registered: while it restarts, an API server takes its address out.</exception>
    internal static IReadOnlyList<IPAddress> Combine(string clusterId, IReadOnlyList<IPAddress> registered, IReadOnlyList<IPAddress> connected) =>
        // An API server that listens on a loopback address only registers none (Kubernetes validates endpoints so); nobody else can reach it.
        registered.Count > 0 || connected.All(IPAddress.IsLoopback)
            ? [.. registered, .. connected]
            : throw new TransientException("ApiServerUnknown", $"cluster {clusterId} names no address of its API server in Endpoints {Namespace}/{Service}");

    private static IPAddress Parse(V1EndpointAddress address, string clusterId) => IPAddress.TryParse(address.Ip, out var parsed)
        ? parsed
        : throw new InvalidException("ApiServerUnknown", $"cluster {clusterId}: '{address.Ip}' of Endpoints {Namespace}/{Service} is no address");

    // An address resolves to itself, without a query.
    private static async Task<IPAddress[]> ResolveAsync(string host, string clusterId, CancellationToken cancellationToken)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellationToken);
        }
        catch (SocketException e)
        {
            throw new TransientException("ApiServerUnknown", $"cluster {clusterId}: the name {host} of its API server can't be resolved: {e.Message}", e);
        }
    }
}
