using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>Whether a tenant shares agent pools with others (each pod still has its own guest kernel) or has its own.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TenantTier>))]
public enum TenantTier
{
    [JsonStringEnumMemberName("pooled")] Pooled,
    [JsonStringEnumMemberName("dedicated")] Dedicated,
}
