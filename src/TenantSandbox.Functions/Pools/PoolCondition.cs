using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Pools;

/// <summary>What a pool was seen to be.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PoolCondition>))]
public enum PoolCondition
{
    /// <summary>An operation is under way, or the answer was "later": look again.</summary>
    [JsonStringEnumMemberName("inProgress")] InProgress,

    /// <summary>Succeeded with every desired field in place.</summary>
    [JsonStringEnumMemberName("ready")] Ready,

    /// <summary>Failed or Canceled; <see cref="PoolObservation.ErrorClass"/> says why.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>There is no such pool.</summary>
    [JsonStringEnumMemberName("absent")] Absent,
}
