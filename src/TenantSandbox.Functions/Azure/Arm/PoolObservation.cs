using System.Text.Json.Serialization;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Azure.Arm;

/// <summary>The state of a pool as one call found it.</summary>
/// <param name="Condition">The condition.</param>
/// <param name="Detail">The provisioning state or the failure, for people.</param>
/// <param name="RetryAfterSeconds">The service's Retry-After; null if it gave none.</param>
/// <param name="ErrorClass">
/// Set when failed. Also set when in progress if the call was not accepted (throttled, or another operation is running): then the
/// same call must be made again, because nothing that it asked for is under way.
/// </param>
/// <param name="Code">The service's error code, with <paramref name="ErrorClass"/>.</param>
/// <param name="ResourceId">The pool's ARM resource id; null unless it is ready.</param>
/// <param name="IsDeleting">Whether the operation in progress is its deletion.</param>
public sealed record PoolObservation(
    [property: JsonPropertyName("condition")] PoolCondition Condition,
    [property: JsonPropertyName("detail")] string Detail,
    [property: JsonPropertyName("retryAfterSeconds")] int? RetryAfterSeconds = null,
    [property: JsonPropertyName("errorClass")] ErrorClass? ErrorClass = null,
    [property: JsonPropertyName("code")] string? Code = null,
    [property: JsonPropertyName("resourceId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ResourceId = null,
    [property: JsonPropertyName("deleting"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsDeleting = false)
{
    /// <summary>Whether no pool of this generation exists.</summary>
    [JsonIgnore] public bool IsAbsent => Condition is PoolCondition.Absent or PoolCondition.NotOurs;
}

/// <summary>The condition of a pool.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PoolCondition>))]
public enum PoolCondition
{
    /// <summary>An operation is running, or the call was not accepted: poll again.</summary>
    [JsonStringEnumMemberName("inProgress")] InProgress,

    /// <summary>Succeeded, with every desired field in place.</summary>
    [JsonStringEnumMemberName("ready")] Ready,

    /// <summary>Failed or Canceled; <see cref="PoolObservation.ErrorClass"/> says why.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>The pool does not exist.</summary>
    [JsonStringEnumMemberName("absent")] Absent,

    /// <summary>The pool does not exist: another one, with other tags, has its name.</summary>
    [JsonStringEnumMemberName("notOurs")] NotOurs,
}
