using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>A validated request for one tenant, from any trigger. Its values need no further checks.</summary>
/// <param name="Kind">The kind of request.</param>
/// <param name="TenantId">A DNS label of 1 to 40 characters.</param>
/// <param name="Revision">
/// The sender's fencing token: a number of 1 or more that increases over all incarnations of the tenant. Always given when the request has
/// a spec; otherwise null for a request without one, which doesn't change the tenant's revision.
/// </param>
/// <param name="Spec">The desired state, which is stored under its hash before the request is submitted; null when the kind has none.</param>
/// <param name="ContentHash">
/// Lower-case hexadecimal SHA-256 of the normalized content. Two requests of one tenant and revision are the same exactly when
/// their hashes are equal. Compare this and not the expiry: a time to live becomes a different <see cref="TenantExpiry.ExpiresAt"/> each
/// time the same request arrives.
/// </param>
/// <param name="Expiry">The expiry; null for none, or when the kind has none.</param>
public sealed record TenantRequest(
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("revision")] long? Revision,
    [property: JsonPropertyName("specRef")] SpecRef? Spec,
    [property: JsonPropertyName("contentHash")] string ContentHash,
    [property: JsonPropertyName("expiry")] TenantExpiry? Expiry = null)
{
    /// <summary>The spec in requests that the first version stored; today it is stored under its hash. Always null in new ones.</summary>
    [JsonPropertyName("spec"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TenantSpec? InlineSpec { get; init; }

    /// <summary>This request in today's form, whichever version stored it.</summary>
    public TenantRequest Upgrade() => InlineSpec is null ? this : this with
    {
        Spec = Spec ?? SpecRef.Of(InlineSpec),
        Expiry = Expiry ?? (InlineSpec.StoredExpiresAt is { } at ? new TenantExpiry(at) : null),
    };
}
