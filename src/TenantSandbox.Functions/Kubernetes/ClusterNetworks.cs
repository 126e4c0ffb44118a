using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using k8s;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>
/// The addresses of the API server, and the ranges of the cluster: pods and Services from the managed cluster, nodes from the agent pools' subnets.
/// For pools without one, the blocks around the nodes' addresses. Nodes' public addresses are in no subnet, so they are read from the nodes. Kept
/// for five minutes: so long after a change of addresses, at most, policies are still rendered with the former ones.
/// </summary>
internal sealed class ClusterNetworks(
    ClusterNetworkReader managed, ApiServerAddresses apiServers, ClusterConnections connections, IOptions<TenantSandboxOptions> options, TimeProvider time)
    : IClusterNetworks
{
    private const int NodesPerPage = 500;

    /// <summary>
    /// AKS's own subnet is a /16 (AKS documentation, "Configure networking"); a block of this size also doesn't change with every node.
    /// </summary>
    private const int NodeBlockLength = 16;

    private const int NodeBlockLengthV6 = 64;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (Lazy<Task<ClusterNetwork>> Network, DateTimeOffset Until)> _cache = new(StringComparer.Ordinal);

    public async Task<ClusterNetwork> GetAsync(string clusterId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var entry = _cache.AddOrUpdate(clusterId, id => Begin(id, now), (id, known) => known.Until > now ? known : Begin(id, now));
        try
        {
            return await entry.Network.Value.WaitAsync(cancellationToken);
        }
        catch (SandboxException)
        {
            // A failed attempt isn't kept: the next call tries again.
            _cache.TryRemove(KeyValuePair.Create(clusterId, entry));
            throw;
        }
    }

    // Not bound to one caller's cancellation: others may be waiting for the same answer.
    private (Lazy<Task<ClusterNetwork>> Network, DateTimeOffset Until) Begin(string clusterId, DateTimeOffset now) =>
        (new(() => ReadAsync(clusterId)), now + Lifetime);

    private async Task<ClusterNetwork> ReadAsync(string clusterId)
    {
        var isRead = options.Value.Network.DenyClusterRanges;
        var found = isRead
            ? await managed.ReadAsync(clusterId, CancellationToken.None)
            : new ManagedNetwork([], HasAllSubnets: true, "it isn't read from Azure, since Network__DenyClusterRanges is off", HasLocalDns: false);
        var nodes = isRead ? await NodeBlocksAsync(clusterId, found.HasAllSubnets) : [];
        var apiServer = await apiServers.ReadAsync(clusterId, CancellationToken.None);
        return new(
            [.. found.Blocks.Concat(nodes).Concat(apiServer.Select(BlockOfOne)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            found.HasLocalDns,
            options.Value.FindPolicyEngine(clusterId) is null ? found.MissingEngine : null);
    }

    private async Task<IReadOnlyList<string>> NodeBlocksAsync(string clusterId, bool hasAllSubnets)
    {
        var blocks = new SortedSet<string>(StringComparer.Ordinal);
        string? continuation = null;
        do
        {
            var page = await connections.CallAsync(
                clusterId,
                "list the nodes",
                client => client.CoreV1.ListNodeAsync(limit: NodesPerPage, continueParameter: continuation),
                CancellationToken.None);
            blocks.UnionWith(page.Items.SelectMany(n => NodeAddresses.Of(n, NodeAddresses.External)).Select(BlockOfOne));
            if (!hasAllSubnets)
            {
                blocks.UnionWith(page.Items.SelectMany(n => NodeAddresses.Of(n, NodeAddresses.Internal)).Select(BlockAround));
            }

            continuation = page.Metadata.ContinueProperty;
        }
        while (!string.IsNullOrEmpty(continuation));

        return [.. blocks];
    }

    private static string BlockAround(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        var length = address.AddressFamily == AddressFamily.InterNetwork ? NodeBlockLength : NodeBlockLengthV6;
        Array.Clear(bytes, length / 8, bytes.Length - (length / 8));
        return new IPNetwork(new IPAddress(bytes), length).ToString();
    }

    private static string BlockOfOne(IPAddress address) => $"{address}/{(address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)}";
}
