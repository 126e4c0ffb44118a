using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Tenants;

/// <summary>What was read as absent after a teardown, and when. It says only what was seen.</summary>
/// <param name="ClusterId">The cluster; null when the tenant had been placed nowhere.</param>
/// <param name="NamespaceAbsentAt">When a fresh read found no namespace of the tenant; null when there was nothing to look for.</param>
/// <param name="PoolName">The agent pool it was on.</param>
/// <param name="PoolAbsentAt">When a fresh read found no such pool; null when the pool stays for other tenants.</param>
/// <param name="ReleasedAt">When the ledger gave the reservation free.</param>
public sealed record TeardownReceipt(
    [property: JsonPropertyName("clusterId")] string? ClusterId,
    [property: JsonPropertyName("namespaceAbsentAt")] DateTimeOffset? NamespaceAbsentAt,
    [property: JsonPropertyName("poolName")] string? PoolName,
    [property: JsonPropertyName("poolAbsentAt")] DateTimeOffset? PoolAbsentAt,
    [property: JsonPropertyName("releasedAt")] DateTimeOffset? ReleasedAt);
