using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>The answer to a request for room.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReserveOutcome>))]
public enum ReserveOutcome
{
    /// <summary>Room is reserved in a pool that is there.</summary>
    [JsonStringEnumMemberName("use")] Use,

    /// <summary>Room is reserved in a pool in the making; the waiter is told how that ends.</summary>
    [JsonStringEnumMemberName("wait")] Wait,

    /// <summary>Nothing is reserved.</summary>
    [JsonStringEnumMemberName("refused")] Refused,
}
