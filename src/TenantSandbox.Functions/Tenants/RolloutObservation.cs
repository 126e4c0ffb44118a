using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Tenants;

/// <summary>What a bounded watch of a tenant's Deployments saw last.</summary>
/// <param name="Condition">Ready only when every Deployment has all replicas updated and available at its newest generation.</param>
/// <param name="Detail">Which workload is waited for or failed, and why.</param>
public sealed record RolloutObservation(
    [property: JsonPropertyName("condition")] RolloutCondition Condition,
    [property: JsonPropertyName("detail")] string Detail);
