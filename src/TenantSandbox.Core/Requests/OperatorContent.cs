using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Requests;

/// <summary>The content of an operator's request, normalized so that the time of its arrival doesn't change its hash.</summary>
internal sealed record OperatorContent(
    [property: JsonPropertyName("verb")] TenantVerb Verb,
    [property: JsonPropertyName("target")] string Target,
    [property: JsonPropertyName("actor")] string Actor,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("expiresAt")] DateTimeOffset? ExpiresAt,
    [property: JsonPropertyName("timeToLive")] long? TimeToLiveSeconds,
    [property: JsonPropertyName("onExpiry")] ExpiryAction? OnExpiry,
    [property: JsonPropertyName("finalizers")] IReadOnlyList<string>? Finalizers)
{
    // Absent properties are omitted, so that a property added by a later version doesn't change existing hashes.
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static string HashOf(
        TenantVerb verb, string target, string actor, string reason, TenantExpiry? expiry, TimeSpan? timeToLive, IReadOnlyList<string>? finalizers)
    {
        var content = new OperatorContent(
            verb, target, actor, reason, timeToLive is null ? expiry?.ExpiresAt : null, (long?)timeToLive?.TotalSeconds, expiry?.OnExpiry, finalizers);
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, Options)));
    }
}
