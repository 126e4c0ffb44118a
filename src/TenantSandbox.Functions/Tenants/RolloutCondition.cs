using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Tenants;

/// <summary>How far a rollout is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RolloutCondition>))]
public enum RolloutCondition
{
    [JsonStringEnumMemberName("progressing")] Progressing,
    [JsonStringEnumMemberName("ready")] Ready,
    [JsonStringEnumMemberName("failed")] Failed,
}
