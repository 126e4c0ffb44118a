using System.Text.RegularExpressions;
using TenantSandbox.Core.Capacity;

namespace TenantSandbox.Functions.Configuration;

/// <summary>Validates a configured cluster; the limits are AKS's (documentation, "Quotas" and "Agent pools").</summary>
internal static partial class ClusterOptionsRules
{
    /// <summary>All faults, each with the setting's name below the section.</summary>
    public static IEnumerable<string> Faults(ClusterOptions cluster, int index) =>
        Required(cluster).Concat(Pools(cluster)).Select(f => $"Clusters__{index}__{f}");

    private static IEnumerable<string> Required(ClusterOptions cluster)
    {
        if (!ClusterId().IsMatch(cluster.Id))
        {
            yield return $"Id: '{cluster.Id}' must be 1 to 63 letters, digits, dots, underscores or hyphens, as requests spell it.";
        }

        if (!Guid.TryParse(cluster.SubscriptionId, out _))
        {
            yield return $"SubscriptionId: '{cluster.SubscriptionId}' must be a subscription's GUID.";
        }

        foreach (var (name, value) in new[] { ("ResourceGroup", cluster.ResourceGroup), ("Name", cluster.Name), ("Region", cluster.Region) })
        {
            if (string.IsNullOrWhiteSpace(value))
            {
                yield return $"{name}: must be set.";
            }
        }

        foreach (var (name, value) in new[] { ("SubnetId", cluster.SubnetId), ("PodSubnetId", cluster.PodSubnetId) })
        {
            if (value is not null && !SubnetResource().IsMatch(value))
            {
                yield return $"{name}: '{value}' must be the resource id of a subnet: "
                    + "/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/…/subnets/….";
            }
        }

        if (VirtualNetworkOf(cluster.SubnetId) is { } network && VirtualNetworkOf(cluster.PodSubnetId) is { } pods
            && !string.Equals(network, pods, StringComparison.OrdinalIgnoreCase))
        {
            yield return $"PodSubnetId: '{cluster.PodSubnetId}' must be in the virtual network of SubnetId, {network}.";
        }

        if (cluster.NetworkPolicyEngine is { } engine && string.IsNullOrWhiteSpace(engine))
        {
            yield return "NetworkPolicyEngine: must name what enforces network policies in the cluster, or be absent.";
        }

        if (cluster.Kubeconfig is { } file && !File.Exists(file))
        {
            yield return $"Kubeconfig: file {file} does not exist.";
        }
    }

    private static IEnumerable<string> Pools(ClusterOptions cluster)
    {
        if (VmSizes.UnsupportedReason(cluster.VmSize) is { } refusal)
        {
            yield return $"VmSize: {refusal}.";
        }
        else if (cluster.FindVmSize() is not { } size)
        {
            yield return $"VmSize: '{cluster.VmSize}' is not a known size. Set NodeVCpus and NodeMemoryMiB if it is generation 2 with nested virtualization.";
        }
        else if (NodeCapacity.Of(size, cluster.MaxPods).MemoryMiB < KataSizing.MinMemoryMiB)
        {
            yield return $"VmSize: {cluster.VmSize} is too small: AKS's reservations leave no memory for a pod.";
        }

        if (cluster.NodeDiskGiB is < 30 or > 2048)
        {
            yield return $"NodeDiskGiB: {cluster.NodeDiskGiB} must be 30 to 2048.";
        }

        if (cluster.MaxPods is < 10 or > 250)
        {
            yield return $"MaxPods: {cluster.MaxPods} must be 10 to 250.";
        }

        // At least one node: scaling a sandboxed pool up from zero is not documented.
        if (cluster.MinCount is < 1 or > 1000)
        {
            yield return $"MinCount: {cluster.MinCount} must be 1 to 1000.";
        }

        if (cluster.MaxCount < cluster.MinCount || cluster.MaxCount > 1000)
        {
            yield return $"MaxCount: {cluster.MaxCount} must be MinCount ({cluster.MinCount}) to 1000.";
        }
    }

    private static string? VirtualNetworkOf(string? subnet) =>
        subnet is not null && SubnetResource().Match(subnet) is { Success: true } match ? match.Groups["network"].Value : null;

    [GeneratedRegex(
        @"^(?<network>/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/virtualNetworks/[^/]+)/subnets/[^/]+\z",
        RegexOptions.IgnoreCase)]
    private static partial Regex SubnetResource();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
    private static partial Regex ClusterId();
}
