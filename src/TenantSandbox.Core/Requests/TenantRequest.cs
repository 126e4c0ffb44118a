using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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

/// <summary>
/// What makes two deliveries one request: source and id of the CloudEvent, or a door's own source and its Idempotency-Key.
/// </summary>
/// <param name="Source">Who sent it.</param>
/// <param name="Id">The sender's id of it, unique within the source.</param>
public sealed record RequestIdentity(
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("id")] string Id)
{
    /// <summary>
    /// The instance id of the orchestration that submits this request: 68 printable ASCII characters, whatever the sender's values are.
    /// </summary>
    public string ToInstanceId()
    {
        // The length prefix keeps ("a", "bc") and ("ab", "c") apart.
        var bytes = Encoding.UTF8.GetBytes($"{Source.Length}:{Source}{Id}");
        return $"req-{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
    }
}
