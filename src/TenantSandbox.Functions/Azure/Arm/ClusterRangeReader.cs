using System.Text.Json.Nodes;
using Azure.Core;
using Azure.ResourceManager;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Azure.Arm;

/// <summary>Reads the address ranges of a cluster from ARM.</summary>
internal sealed class ClusterRangeReader(ArmClient arm, PoolAddresses addresses)
{
    public const string SubnetApiVersion = "2024-05-01";

    public static readonly ResourceType SubnetType = "Microsoft.Network/virtualNetworks/subnets";

    /// <summary>The ranges of the cluster's pods and Services, and of the subnets that its agent pools name.</summary>
    /// <exception cref="SandboxException">A call failed.</exception>
    public async Task<ClusterRanges> ReadAsync(string clusterId, CancellationToken cancellationToken)
    {
        try
        {
            var cluster = (await addresses.Cluster(clusterId).GetAsync(cancellationToken)).Value;
            var blocks = new SortedSet<string>(StringComparer.Ordinal);
            if (cluster.Data.NetworkProfile is { } network)
            {
                string?[] ranges = [network.PodCidr, network.ServiceCidr, .. network.PodCidrs, .. network.ServiceCidrs];
                blocks.UnionWith(ranges.OfType<string>());
            }

            var subnets = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
            var isComplete = true;
            await foreach (var pool in cluster.GetContainerServiceAgentPools().GetAllAsync(cancellationToken))
            {
                isComplete &= pool.Data.VnetSubnetId is not null;
                subnets.UnionWith(new[] { pool.Data.VnetSubnetId, pool.Data.PodSubnetId }.OfType<ResourceIdentifier>().Select(id => id.ToString()));
            }

            foreach (var subnet in subnets)
            {
                blocks.UnionWith(await ReadSubnetAsync(new ResourceIdentifier(subnet), cancellationToken));
            }

            return new([.. blocks], isComplete);
        }
        catch (Exception e) when (AzureFailures.IsFailure(e, cancellationToken))
        {
            throw AzureFailures.Translate(e, $"read the address ranges of cluster {clusterId}");
        }
    }

    // A subnet has one prefix or a list of them.
    private async Task<IReadOnlyList<string>> ReadSubnetAsync(ResourceIdentifier id, CancellationToken cancellationToken)
    {
        var subnet = (await arm.GetGenericResource(id).GetAsync(cancellationToken)).Value;
        var properties = JsonNode.Parse(subnet.Data.Properties.ToMemory().Span);
        string[] prefixes =
        [
            .. new[] { properties?["addressPrefix"] }.Concat(properties?["addressPrefixes"] as JsonArray ?? []).Select(p => p?.GetValue<string>()).OfType<string>(),
        ];
        return prefixes.Length > 0
            ? prefixes
            : throw new InvalidException("SubnetWithoutPrefix", $"subnet {id} has no address prefix; put its range into Network__DeniedCidrs and turn Network__DenyClusterRanges off");
    }
}

/// <summary>Address ranges of a cluster.</summary>
/// <param name="Blocks">Blocks such as <c>10.244.0.0/16</c>, sorted.</param>
/// <param name="HasAllSubnets">False when an agent pool names no subnet: it is in AKS's own virtual network.</param>
internal sealed record ClusterRanges(IReadOnlyList<string> Blocks, bool HasAllSubnets);
