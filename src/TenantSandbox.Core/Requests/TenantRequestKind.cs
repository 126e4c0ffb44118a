using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>What a request asks for. Event types spell it <c>tenantsandbox.tenant.{kind}.requested</c>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TenantRequestKind>))]
public enum TenantRequestKind
{
    [JsonStringEnumMemberName("onboard")] Onboard,
    [JsonStringEnumMemberName("update")] Update,
    [JsonStringEnumMemberName("suspend")] Suspend,
    [JsonStringEnumMemberName("resume")] Resume,
    [JsonStringEnumMemberName("offboard")] Offboard,
}
