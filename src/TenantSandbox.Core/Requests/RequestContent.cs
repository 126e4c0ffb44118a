using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Core.Requests.Volumes;

namespace TenantSandbox.Core.Requests;

/// <summary>
/// The content of a request, normalized so that spelling, defaults and arrival time don't change its hash. Its form is that of the
/// first version: the same request had the same hash then.
/// </summary>
internal sealed record RequestContent(
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("revision")] long? Revision,
    [property: JsonPropertyName("timeToLive")] long? TimeToLiveSeconds,
    [property: JsonPropertyName("spec")] SpecContent? Spec,
    [property: JsonPropertyName("expiresAt")] DateTimeOffset? ExpiresAt,
    [property: JsonPropertyName("onExpiry")] ExpiryAction? OnExpiry)
{
    // Absent properties are omitted, so that a property added by a later version doesn't change existing hashes.
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <param name="kind">The kind of request.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="revision">The revision; null for none.</param>
    /// <param name="spec">The desired state; null for none.</param>
    /// <param name="expiry">The expiry; null for none.</param>
    /// <param name="timeToLive">What the expiry was computed from; null when it was given as a time, or not at all.</param>
    public static string HashOf(TenantRequestKind kind, string tenantId, long? revision, TenantSpec? spec, TenantExpiry? expiry, TimeSpan? timeToLive)
    {
        // With a time to live, the time of the expiry depends on the time of arrival.
        var expiresAt = timeToLive is null ? expiry?.ExpiresAt : null;
        var content = new RequestContent(
            kind,
            tenantId,
            revision,
            (long?)timeToLive?.TotalSeconds,
            spec is null ? null : SpecContent.Of(spec, expiresAt),
            spec is null ? expiresAt : null,
            expiry?.OnExpiry == ExpiryAction.Suspend ? ExpiryAction.Suspend : null);
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, Options)));
    }
}

/// <summary>The desired state in a <see cref="RequestContent"/>.</summary>
internal sealed record SpecContent(
    [property: JsonPropertyName("tier")] TenantTier Tier,
    [property: JsonPropertyName("cluster")] string? Cluster,
    [property: JsonPropertyName("region")] string? Region,
    [property: JsonPropertyName("expiresAt")] DateTimeOffset? ExpiresAt,
    [property: JsonPropertyName("workloads")] IReadOnlyList<WorkloadSpec> Workloads,
    [property: JsonPropertyName("egressAllowList")] IReadOnlyList<EgressRule> EgressAllowList,
    [property: JsonPropertyName("configMaps")] IReadOnlyList<ConfigMapSpec>? ConfigMaps,
    [property: JsonPropertyName("claims")] IReadOnlyList<ClaimSpec>? Claims,
    [property: JsonPropertyName("secretRefs")] IReadOnlyList<SecretRef>? SecretRefs)
{
    /// <summary>The order of environment variables is content only where Kubernetes expands them: one may then use those before it.</summary>
    public static SpecContent Of(TenantSpec spec, DateTimeOffset? expiresAt) => new(
        spec.Tier,
        spec.Cluster,
        spec.Region,
        expiresAt,
        [.. spec.Workloads.Select(w => w.ExpandVariables ? w : w with { Env = [.. w.Env.OrderBy(e => e.Name, StringComparer.Ordinal)] })],
        spec.EgressAllowList,
        spec.ConfigMaps,
        spec.Claims,
        spec.SecretRefs);
}
