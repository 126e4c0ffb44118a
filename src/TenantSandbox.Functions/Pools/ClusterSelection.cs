using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Pools;

/// <summary>Selects the clusters where a tenant can run.</summary>
internal sealed class ClusterSelection(ClusterDirectory clusters, IOptions<TenantSandboxOptions> options)
{
    /// <summary>The clusters that match the query, in configured order, which is the operator's order of preference.</summary>
    /// <exception cref="InvalidException">No cluster matches.</exception>
    [Function(ActivityNames.SelectClusters)]
    public ClusterCandidates Select([ActivityTrigger] ClusterQuery query) => new(Matching(query));

    private ClusterTarget[] Matching(ClusterQuery query)
    {
        if (query.Cluster is { } id)
        {
            var cluster = clusters.Get(id);
            return query.Region is null || IsSameRegion(cluster.Region, query.Region)
                ? [Target(cluster)]
                : throw new InvalidException("RegionMismatch", $"cluster {id} is in {cluster.Region}, not in {query.Region}");
        }

        var all = options.Value.Clusters;
        ClusterTarget[] matching = [.. all.Where(c => query.Region is null || IsSameRegion(c.Region, query.Region)).Select(Target)];
        return matching.Length > 0
            ? matching
            : throw new InvalidException(
                "NoClusterInRegion",
                $"no cluster is configured in {query.Region}; regions: {string.Join(", ", all.Select(c => c.Region).Distinct())}");
    }

    private ClusterTarget Target(ClusterOptions cluster)
    {
        var names = KataNames.Of(options.Value.KataNames);
        var size = cluster.FindVmSize()
            ?? throw new InvalidException("VmSizeUnknown", $"cluster {cluster.Id}: set NodeVCpus and NodeMemoryMiB for {cluster.VmSize}");
        var capacity = WithoutProbe(NodeCapacity.Of(size, cluster.MaxPods, cluster.NodeDiskGiB));
        return new ClusterTarget(
            cluster.Id,
            cluster.Region,
            new PoolTemplate(
                size.Name, names.WorkloadRuntime, names.OsSku, cluster.MinCount, cluster.MaxCount, cluster.MaxPods,
                capacity.MemoryMiB, capacity.CpuMillis,
                SizeClasses(capacity),
                [.. cluster.Zones],
                PoolTemplate.DefaultSystemPods + (options.Value.Verification.HasProbe ? 1 : 0),
                NodeEphemeralMiB: capacity.EphemeralMiB),
            Timing(options.Value.Timing));
    }

    // Of each node, what a probe takes is kept: a node that is full could never be verified.
    private NodeCapacity WithoutProbe(NodeCapacity capacity) => !options.Value.Verification.HasProbe ? capacity : capacity with
    {
        MemoryMiB = Math.Max(0, capacity.MemoryMiB - VerificationOptions.ProbeMemoryMiB - KataSizing.Fit(KataSizing.Documented, VerificationOptions.ProbeMemoryMiB)!.OverheadMemoryMiB),
        CpuMillis = Math.Max(0, capacity.CpuMillis - VerificationOptions.ProbeCpuMillis),
    };

    // Up to the class that holds a node's largest guest: larger ones would only make every history longer.
    private static IReadOnlyList<KataSizeClass> SizeClasses(NodeCapacity capacity) =>
    [
        .. KataSizing.Documented.Where((_, i) => i == 0 || KataSizing.Documented[i - 1].MaxMemoryMiB < capacity.MemoryMiB),
    ];

    private static OperationTiming Timing(TimingOptions t) => new(
        t.PollMinSeconds, t.PollMaxSeconds, t.PoolCreateSeconds, t.PoolDeleteSeconds, t.RolloutSeconds, t.NamespaceDeleteSeconds,
        t.WriteBurst, t.WriteRefillSeconds);

    // Azure's display names of regions differ from their programmatic names in case and spaces only.
    private static bool IsSameRegion(string a, string b) =>
        string.Equals(a.Replace(" ", "", StringComparison.Ordinal), b.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
}

/// <summary>Which clusters a tenant's spec allows.</summary>
public sealed record ClusterQuery(
    [property: JsonPropertyName("cluster")] string? Cluster,
    [property: JsonPropertyName("region")] string? Region);

/// <summary>The matching clusters, the preferred one first, with their settings: orchestrations get configuration only from here.</summary>
public sealed record ClusterCandidates([property: JsonPropertyName("clusters")] IReadOnlyList<ClusterTarget> Clusters);

/// <summary>One cluster where a tenant can run.</summary>
/// <param name="ClusterId">The configured id; never parsed.</param>
/// <param name="Region">Azure region.</param>
/// <param name="PoolTemplate">How new pools are created.</param>
/// <param name="Timing">Timeouts and polling delays for this cluster.</param>
public sealed record ClusterTarget(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("region")] string Region,
    [property: JsonPropertyName("poolTemplate")] PoolTemplate PoolTemplate,
    [property: JsonPropertyName("timing")] OperationTiming Timing);
