using Microsoft.Extensions.Options;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Configuration;

/// <summary>The configured clusters: by id, and as places for tenants.</summary>
internal sealed class ClusterDirectory(IOptions<TenantSandboxOptions> options)
{
    /// <exception cref="InvalidException">No cluster of this id is configured.</exception>
    public ClusterOptions Get(string clusterId) =>
        options.Value.Clusters.FirstOrDefault(c => c.Id == clusterId)
        ?? throw new InvalidException(
            "ClusterUnknown", $"no cluster {clusterId} is configured; known: {string.Join(", ", options.Value.Clusters.Select(c => c.Id))}");

    /// <summary>What fits the query, in the order of the configuration, which is the operator's order of preference.</summary>
    /// <exception cref="InvalidException">Nothing fits.</exception>
    public IReadOnlyList<ClusterTarget> Select(ClusterQuery query)
    {
        if (query.Cluster is { } id)
        {
            var cluster = Get(id);
            return query.Region is null || SameRegion(cluster.Region, query.Region)
                ? [Target(cluster)]
                : throw new InvalidException("RegionMismatch", $"cluster {id} is in {cluster.Region}, not in {query.Region}");
        }

        ClusterTarget[] fitting =
            [.. options.Value.Clusters.Where(c => query.Region is null || SameRegion(c.Region, query.Region)).Select(Target)];
        return fitting.Length > 0
            ? fitting
            : throw new InvalidException(
                "NoClusterInRegion",
                $"no cluster is configured in {query.Region}; regions: {string.Join(", ", options.Value.Clusters.Select(c => c.Region).Distinct())}");
    }

    /// <summary>The cluster's VM size: from the built-in table, or from its own settings for a size that the table lacks.</summary>
    internal static VmSize? SizeOf(ClusterOptions cluster) =>
        cluster is { NodeVCpus: { } cpus, NodeMemoryMiB: { } memory }
            ? new VmSize(cluster.VmSize, cpus, memory)
            : VmSizes.Find(cluster.VmSize);

    private ClusterTarget Target(ClusterOptions cluster)
    {
        var names = KataNames.Of(options.Value.KataNames);
        var size = SizeOf(cluster)
            ?? throw new InvalidException("VmSizeUnknown", $"cluster {cluster.Id}: set NodeVCpus and NodeMemoryMiB for {cluster.VmSize}");
        var capacity = NodeCapacity.Of(size, cluster.MaxPods);
        return new ClusterTarget(
            cluster.Id,
            cluster.Region,
            new PoolTemplate(
                size.Name, names.WorkloadRuntime, names.OsSku, cluster.MinCount, cluster.MaxCount, cluster.MaxPods,
                capacity.MemoryMiB, capacity.CpuMillis,
                Classes(capacity),
                [.. cluster.Zones]),
            Timing(options.Value.Timing));
    }

    // Up to the class that holds the largest guest of a node: larger ones would only take up room in every history.
    private static IReadOnlyList<KataSizeClass> Classes(NodeCapacity capacity) =>
    [
        .. KataSizing.Documented.Where((_, i) => i == 0 || KataSizing.Documented[i - 1].MaxMemoryMiB < capacity.MemoryMiB),
    ];

    private static OperationTiming Timing(TimingOptions t) => new(
        t.PollMinSeconds, t.PollMaxSeconds, t.PoolCreateSeconds, t.PoolDeleteSeconds, t.RolloutSeconds, t.NamespaceDeleteSeconds,
        t.WriteBurst, t.WriteRefillSeconds);

    // Azure's display name and its programmatic name differ in case and spaces only.
    private static bool SameRegion(string a, string b) =>
        string.Equals(a.Replace(" ", "", StringComparison.Ordinal), b.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
}
