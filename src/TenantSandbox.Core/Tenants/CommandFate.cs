using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Tenants;

/// <summary>What became of an accepted request.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CommandFate>))]
public enum CommandFate
{
    /// <summary>Its operation was started, or waits for its turn.</summary>
    [JsonStringEnumMemberName("accepted")] Accepted,

    /// <summary>A later request made it pointless before its turn came.</summary>
    [JsonStringEnumMemberName("superseded")] Superseded,

    /// <summary>What it waited for failed, so that its turn can't come.</summary>
    [JsonStringEnumMemberName("dropped")] Dropped,
}
