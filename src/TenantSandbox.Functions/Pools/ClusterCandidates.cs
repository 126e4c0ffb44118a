using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Pools;

/// <summary>Clusters that fit a query, best first, with the settings in force when they were read: configuration enters an orchestration only here.</summary>
public sealed record ClusterCandidates([property: JsonPropertyName("clusters")] IReadOnlyList<ClusterTarget> Clusters);
