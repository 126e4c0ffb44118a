using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>A validated request for one tenant, from any trigger. Its values need no further checks.</summary>
/// <param name="Kind">The kind of request.</param>
/// <param name="TenantId">A DNS label of 1 to 40 characters.</param>
/// <param name="Revision">
/// The sender's fencing token: a number of 1 or more that increases over all incarnations of the tenant. Null only for an offboarding
/// without one; the tenant then assigns its current revision plus 1.
/// </param>
/// <param name="Spec">The desired state; present exactly when <paramref name="Kind"/> is onboard or update.</param>
/// <param name="ContentHash">
/// Lower-case hexadecimal SHA-256 of the normalized content. Two requests of one tenant and revision are the same exactly when
/// their hashes are equal. Compare this and not <paramref name="Spec"/>: a time to live becomes a different
/// <see cref="TenantSpec.ExpiresAt"/> each time the same request arrives.
/// </param>
public sealed record TenantRequest(
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("revision")] long? Revision,
    [property: JsonPropertyName("spec")] TenantSpec? Spec,
    [property: JsonPropertyName("contentHash")] string ContentHash);

/// <summary>The content of a request, normalized so that spelling, defaults and arrival time don't change its hash.</summary>
internal sealed record RequestContent(
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("revision")] long? Revision,
    [property: JsonPropertyName("timeToLive")] long? TimeToLiveSeconds,
    [property: JsonPropertyName("spec")] TenantSpec? Spec)
{
    // Absent properties are omitted, so that a property added by a later version doesn't change existing hashes.
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <param name="spec">The desired state including the expiry, which <see cref="Spec"/> lacks when it was given as a time to live.</param>
    public TenantRequest ToRequest(TenantSpec? spec) => new(Kind, TenantId, Revision, spec, Hash());

    private string Hash() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, Options)));
}
