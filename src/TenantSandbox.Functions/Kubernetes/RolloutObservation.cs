using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>The state of a tenant's rollout at the end of a bounded watch.</summary>
/// <param name="Condition">Ready only when every Deployment has all replicas updated and available at its newest generation.</param>
/// <param name="Detail">Which workload is not available yet or has failed, and why.</param>
public sealed record RolloutObservation(
    [property: JsonPropertyName("condition")] RolloutCondition Condition,
    [property: JsonPropertyName("detail")] string Detail);

/// <summary>The condition of a rollout.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RolloutCondition>))]
public enum RolloutCondition
{
    [JsonStringEnumMemberName("progressing")] Progressing,
    [JsonStringEnumMemberName("ready")] Ready,
    [JsonStringEnumMemberName("failed")] Failed,
}
