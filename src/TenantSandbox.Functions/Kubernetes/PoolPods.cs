using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>The pods of tenants on an agent pool's nodes. A pool with any must not be deleted.</summary>
/// <param name="Count">Number of pods of tenant namespaces that have not ended, whoever the tenants belong to.</param>
/// <param name="Names">Namespace and name of the first five, such as <c>tenant-acme/web-5d9-x1</c>.</param>
public sealed record PoolPods(
    [property: JsonPropertyName("count")] int Count,
    [property: JsonPropertyName("names")] IReadOnlyList<string> Names);
