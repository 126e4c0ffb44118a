using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>
/// The configured ranges, and those of the cluster: pods and Services from the managed cluster, nodes from the agent pools' subnets.
/// For pools without one, the blocks around the nodes' addresses. Kept for 15 minutes.
/// </summary>
internal sealed class ClusterNetworks(
    ClusterRangeReader ranges, ClusterConnections connections, IOptions<TenantSandboxOptions> options, TimeProvider time) : IClusterNetworks
{
    private const int NodesPerPage = 500;

    /// <summary>
    /// AKS's own subnet is a /16 (AKS documentation, "Configure networking"); a block of this size also doesn't change with every node.
    /// </summary>
    private const int NodeBlockLength = 16;

    private const int NodeBlockLengthV6 = 64;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, (Lazy<Task<IReadOnlyList<string>>> Blocks, DateTimeOffset Until)> _cache = new(StringComparer.Ordinal);

    public async Task<IReadOnlyList<string>> GetAsync(string clusterId, CancellationToken cancellationToken)
    {
        var network = options.Value.Network;
        if (!network.DenyClusterRanges)
        {
            return Sort(network.DeniedCidrs);
        }

        var now = time.GetUtcNow();
        var entry = _cache.AddOrUpdate(clusterId, id => Begin(id, now), (id, known) => known.Until > now ? known : Begin(id, now));
        try
        {
            return Sort(network.DeniedCidrs.Concat(await entry.Blocks.Value.WaitAsync(cancellationToken)));
        }
        catch (SandboxException)
        {
            // A failed attempt isn't kept: the next call tries again.
            _cache.TryRemove(KeyValuePair.Create(clusterId, entry));
            throw;
        }
    }

    // Not bound to one caller's cancellation: others may be waiting for the same ranges.
    private (Lazy<Task<IReadOnlyList<string>>> Blocks, DateTimeOffset Until) Begin(string clusterId, DateTimeOffset now) =>
        (new(() => ReadAsync(clusterId)), now + Lifetime);

    private async Task<IReadOnlyList<string>> ReadAsync(string clusterId)
    {
        var found = await ranges.ReadAsync(clusterId, CancellationToken.None);
        return found.HasAllSubnets ? found.Blocks : [.. found.Blocks, .. await NodeBlocksAsync(clusterId)];
    }

    private async Task<IReadOnlyList<string>> NodeBlocksAsync(string clusterId)
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
            blocks.UnionWith(page.Items.SelectMany(AddressesOf).Select(BlockOf));
            continuation = page.Metadata.ContinueProperty;
        }
        while (!string.IsNullOrEmpty(continuation));

        return [.. blocks];
    }

    private static IEnumerable<IPAddress> AddressesOf(V1Node node) =>
        (node.Status?.Addresses ?? [])
            .Where(a => a.Type == "InternalIP")
            .Select(a => IPAddress.TryParse(a.Address, out var address) ? address : null)
            .OfType<IPAddress>();

    private static string BlockOf(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        var length = address.AddressFamily == AddressFamily.InterNetwork ? NodeBlockLength : NodeBlockLengthV6;
        Array.Clear(bytes, length / 8, bytes.Length - (length / 8));
        return new IPNetwork(new IPAddress(bytes), length).ToString();
    }

    private static IReadOnlyList<string> Sort(IEnumerable<string> blocks) => [.. blocks.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
