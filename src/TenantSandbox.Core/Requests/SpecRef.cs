using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using TenantSandbox.Core.Placement;

namespace TenantSandbox.Core.Requests;

/// <summary>
/// A reference to a stored <see cref="TenantSpec"/>, with everything of it that placement needs. Histories and entity states
/// contain references only, so that no environment variable enters them and their size doesn't depend on the spec's.
/// </summary>
/// <param name="Hash">Lower-case hexadecimal SHA-256 of the spec's canonical JSON; its name in the store.</param>
/// <param name="Tier">Pooled or dedicated agent pools.</param>
/// <param name="Cluster">The requested cluster; null for any.</param>
/// <param name="Region">The requested region; null for any.</param>
/// <param name="Pods">The pods of all workloads.</param>
public sealed record SpecRef(
    [property: JsonPropertyName("hash")] string Hash,
    [property: JsonPropertyName("tier")] TenantTier Tier,
    [property: JsonPropertyName("cluster")] string? Cluster,
    [property: JsonPropertyName("region")] string? Region,
    [property: JsonPropertyName("pods")] IReadOnlyList<PodGroup> Pods)
{
    // Absent properties are omitted, so that a property added by a later version doesn't change the hashes of stored specs.
    private static readonly JsonSerializerOptions Canonical = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The reference to a spec.</summary>
    public static SpecRef Of(TenantSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new(
            HashOf(spec),
            spec.Tier,
            spec.Cluster,
            spec.Region,
            [.. spec.Workloads.Select(w => new PodGroup(w.Name, w.Replicas, w.CpuMillis, w.MemoryMiB))]);
    }

    /// <summary>The spec's canonical JSON: compact, properties in a fixed order, absent ones omitted. This is what the store keeps.</summary>
    public static byte[] ToCanonicalJson(TenantSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return JsonSerializer.SerializeToUtf8Bytes(spec with { StoredExpiresAt = null }, Canonical);
    }

    /// <summary>The hash of a spec.</summary>
    public static string HashOf(TenantSpec spec) => Convert.ToHexStringLower(SHA256.HashData(ToCanonicalJson(spec)));

    /// <summary>Record equality doesn't compare the elements of lists; the hash stands for all of the content.</summary>
    public bool Equals(SpecRef? other) => other is not null && Hash == other.Hash;

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Hash ?? "");
}
