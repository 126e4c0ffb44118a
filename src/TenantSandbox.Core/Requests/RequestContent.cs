using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>What two requests must share to be the same one, in a form that spelling, defaults and arrival time don't change.</summary>
internal sealed record RequestContent(
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("revision")] long? Revision,
    [property: JsonPropertyName("timeToLive")] long? TimeToLiveSeconds,
    [property: JsonPropertyName("spec")] TenantSpec? Spec)
{
    // Absent properties stay out, so that a property that a later version adds leaves today's hashes as they are.
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <param name="spec">The state with its expiry, where <see cref="Spec"/> has none because it came as a time to live.</param>
    public TenantRequest ToRequest(TenantSpec? spec) => new(Kind, TenantId, Revision, spec, Hash());

    private string Hash() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, Options)));
}
