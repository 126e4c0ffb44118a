using System.Text.Json.Nodes;
using Azure.Core;
using Azure.ResourceManager;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Azure.Arm;

/// <summary>Reads the network of a managed cluster from ARM.</summary>
internal sealed class ClusterNetworkReader(ArmClient arm, PoolAddresses addresses)
{
    public const string SubnetApiVersion = "2024-05-01";

    public static readonly ResourceType SubnetType = "Microsoft.Network/virtualNetworks/subnets";

    /// <summary>The policy engines that AKS installs (AKS documentation, "Secure traffic between pods by using network policies").</summary>
    private static readonly string[] Engines = ["azure", "calico", "cilium"];

    /// <summary>
    /// The ranges of the cluster's pods and Services of both IP families, those of the subnets that its agent pools and its API server are in,
    /// and what enforces network policies.
    /// </summary>
    /// <exception cref="SandboxException">A call failed.</exception>
    public async Task<ManagedNetwork> ReadAsync(string clusterId, CancellationToken cancellationToken)
    {
        try
        {
            // The answer itself: the client library's models lack some of these fields in some versions.
            var cluster = (await addresses.Cluster(clusterId).GetAsync(cancellationToken)).GetRawResponse();
            var properties = JsonNode.Parse(cluster.Content.ToMemory().Span)?["properties"];
            var network = properties?["networkProfile"];
            var blocks = new SortedSet<string>(StringComparer.Ordinal);
            blocks.UnionWith(((string[])["podCidr", "serviceCidr", "podCidrs", "serviceCidrs"]).SelectMany(name => TextsOf(network?[name])));

            var pools = (properties?["agentPoolProfiles"] as JsonArray ?? []).OfType<JsonNode>().ToArray();
            var subnets = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
            subnets.UnionWith(pools.SelectMany(p => TextsOf(p["vnetSubnetID"]).Concat(TextsOf(p["podSubnetID"]))));
            // API Server VNet Integration.
            subnets.UnionWith(TextsOf(properties?["apiServerAccessProfile"]?["subnetId"]));
            foreach (var subnet in subnets)
            {
                blocks.UnionWith(await ReadSubnetAsync(new ResourceIdentifier(subnet), cancellationToken));
            }

            return new([.. blocks], pools.All(p => p["vnetSubnetID"] is not null), FindMissingEngine(network), pools.Any(HasLocalDns));
        }
        catch (Exception e) when (AzureFailures.IsFailure(e, cancellationToken))
        {
            throw AzureFailures.Translate(e, $"read the network of cluster {clusterId}");
        }
    }

    // Without an engine, the API server accepts policies that nothing enforces. An unknown engine counts as none.
    private static string? FindMissingEngine(JsonNode? network)
    {
        var (policy, dataplane) = (TextsOf(network?["networkPolicy"]).FirstOrDefault() ?? "none", TextsOf(network?["networkDataplane"]).FirstOrDefault());
        return Engines.Contains(policy, StringComparer.OrdinalIgnoreCase) || string.Equals(dataplane, "cilium", StringComparison.OrdinalIgnoreCase)
            ? null
            : $"networkPolicy is {policy}, networkDataplane {dataplane ?? "azure"}";
    }

    // Without a state it may be on: in mode Preferred, that depends on the node's version.
    private static bool HasLocalDns(JsonNode pool) => pool["localDNSProfile"] is { } profile
        && !TextsOf(profile["mode"]).Concat(TextsOf(profile["state"])).Contains("Disabled", StringComparer.OrdinalIgnoreCase);

    private async Task<IReadOnlyList<string>> ReadSubnetAsync(ResourceIdentifier id, CancellationToken cancellationToken)
    {
        var subnet = (await arm.GetGenericResource(id).GetAsync(cancellationToken)).Value;
        var properties = JsonNode.Parse(subnet.Data.Properties.ToMemory().Span);
        // A subnet has one prefix or a list of them.
        string[] prefixes = [.. TextsOf(properties?["addressPrefix"]), .. TextsOf(properties?["addressPrefixes"])];
        return prefixes.Length > 0
            ? prefixes
            : throw new InvalidException("SubnetWithoutPrefix", $"subnet {id} has no address prefix; put its range into Network__DeniedCidrs and turn Network__DenyClusterRanges off");
    }

    /// <summary>A text, or a list of them; none for an absent field.</summary>
    private static IEnumerable<string> TextsOf(JsonNode? node) => node switch
    {
        JsonArray list => list.SelectMany(TextsOf),
        null => [],
        _ => [node.GetValue<string>()],
    };
}

/// <summary>What ARM knows of a cluster's network.</summary>
/// <param name="Blocks">Blocks such as <c>10.244.0.0/16</c>, sorted.</param>
/// <param name="HasAllSubnets">False when an agent pool names no subnet: it is in AKS's own virtual network.</param>
/// <param name="MissingEngine">The settings that say that nothing enforces network policies; null if something does.</param>
/// <param name="HasLocalDns">Whether an agent pool can have LocalDNS, a resolver on each node.</param>
internal sealed record ManagedNetwork(IReadOnlyList<string> Blocks, bool HasAllSubnets, string? MissingEngine, bool HasLocalDns);
