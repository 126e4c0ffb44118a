using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests;

/// <summary>One request about one tenant, whichever door it came in by. Validated: nothing in it needs checking again.</summary>
/// <param name="Kind">What is asked for.</param>
/// <param name="TenantId">A DNS label of 1 to 40 characters.</param>
/// <param name="Revision">
/// The sender's monotonic number, 1 or more, across all incarnations of the tenant. Null only for an offboarding that
/// does not name one; it then counts as one more than the tenant's current revision.
/// </param>
/// <param name="Spec">The desired state; present exactly when <paramref name="Kind"/> is onboard or update.</param>
/// <param name="ContentHash">
/// Lower-case hexadecimal SHA-256 of what was asked for, whatever its spelling. Two requests of one tenant and revision
/// say the same exactly when these are equal. Compare this and not <paramref name="Spec"/>: a time to live becomes
/// another <see cref="TenantSpec.ExpiresAt"/> each time the same request comes in.
/// </param>
public sealed record TenantRequest(
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("revision")] long? Revision,
    [property: JsonPropertyName("spec")] TenantSpec? Spec,
    [property: JsonPropertyName("contentHash")] string ContentHash);
