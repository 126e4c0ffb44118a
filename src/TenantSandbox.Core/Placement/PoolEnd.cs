using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>How making or deleting a pool ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PoolEnd>))]
public enum PoolEnd
{
    /// <summary>It is there, with every desired field in place.</summary>
    [JsonStringEnumMemberName("ready")] Ready,

    /// <summary>It is gone; after a creation, because that failed.</summary>
    [JsonStringEnumMemberName("gone")] Gone,

    /// <summary>It could not be deleted.</summary>
    [JsonStringEnumMemberName("stuck")] Stuck,
}
