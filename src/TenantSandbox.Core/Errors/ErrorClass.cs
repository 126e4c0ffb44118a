using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Errors;

/// <summary>What to do about a failure of ARM or Kubernetes. Only the first three are worth trying again as they are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ErrorClass>))]
public enum ErrorClass
{
    /// <summary>Too many calls: the same call works later.</summary>
    [JsonStringEnumMemberName("throttled")] Throttled,

    /// <summary>Another operation is running on the resource: the same call works once that has ended.</summary>
    [JsonStringEnumMemberName("conflict")] Conflict,

    /// <summary>A passing fault of network or service.</summary>
    [JsonStringEnumMemberName("transient")] Transient,

    /// <summary>The VM size or zone has no room: the next size or zone may have.</summary>
    [JsonStringEnumMemberName("capacity")] Capacity,

    /// <summary>A quota is used up: a person must act.</summary>
    [JsonStringEnumMemberName("quota")] Quota,

    /// <summary>The request itself is wrong, or not allowed.</summary>
    [JsonStringEnumMemberName("invalid")] Invalid,

    /// <summary>What the call is about does not exist.</summary>
    [JsonStringEnumMemberName("notFound")] NotFound,
}
