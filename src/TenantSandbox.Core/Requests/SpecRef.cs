using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests.Volumes;

namespace TenantSandbox.Core.Requests;

/// <summary>
/// A reference to a stored spec, with everything that placement needs of it. Histories and states contain the reference
/// instead of the spec: a spec can be large, and it holds the sender's environment values.
/// </summary>
/// <param name="Hash">Lower-case hexadecimal SHA-256 of the spec's canonical JSON; the spec is stored under it.</param>
/// <param name="Tier">Pooled or dedicated agent pools.</param>
/// <param name="Cluster">The configured id of the cluster to use; null lets placement choose.</param>
/// <param name="Region">The Azure region to use; null for any.</param>
/// <param name="Pods">One group for each workload.</param>
/// <param name="HasClaims">Whether the tenant has persistent claims, whose volumes bind it to its cluster.</param>
public sealed record SpecRef(
    [property: JsonPropertyName("hash")] string Hash,
    [property: JsonPropertyName("tier")] TenantTier Tier,
    [property: JsonPropertyName("cluster")] string? Cluster,
    [property: JsonPropertyName("region")] string? Region,
    [property: JsonPropertyName("pods")] IReadOnlyList<PodGroup> Pods,
    [property: JsonPropertyName("hasClaims"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool HasClaims = false)
{
    /// <summary>The host names of all workloads, sorted; null for none. An operation claims them before it exposes anything.</summary>
    [JsonPropertyName("hosts"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Hosts { get; init; }

    /// <summary>The reference to a spec. Equal specs have equal hashes.</summary>
    public static SpecRef Of(TenantSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new(
            SpecJson.Hash(SpecJson.Write(spec)),
            spec.Tier,
            spec.Cluster,
            spec.Region,
            [.. spec.Workloads.Select(w => new PodGroup(w.Name, w.Replicas, w.CpuMillis, w.MemoryMiB, w.EphemeralMiB))],
            SpecClaims.Any(spec))
        {
            Hosts = HostsOf(spec) is { Length: > 0 } hosts ? hosts : null,
        };
    }

    private static string[] HostsOf(TenantSpec spec) =>
        [.. spec.Workloads.SelectMany(w => w.Expose?.Hosts ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>References are equal if their hashes are; a record would compare the identities of the lists.</summary>
    public bool Equals(SpecRef? other) => other is not null && Hash == other.Hash;

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Hash);
}

/// <summary>The canonical JSON of specs, which their hashes are made of.</summary>
public static class SpecJson
{
    // Absent properties are omitted, so that a property added by a later version doesn't change existing hashes.
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>UTF-8 JSON; the same bytes for equal specs.</summary>
    public static byte[] Write(TenantSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return JsonSerializer.SerializeToUtf8Bytes(spec with { StoredExpiresAt = null }, Options);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; null when it isn't a spec.</summary>
    public static TenantSpec? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<TenantSpec>(json, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Lower-case hexadecimal SHA-256.</summary>
    public static string Hash(ReadOnlySpan<byte> json) => Convert.ToHexStringLower(SHA256.HashData(json));

    /// <summary>Whether a text is a hash: 64 lower-case hexadecimal digits. Hashes become file and blob names.</summary>
    public static bool IsHash(string? text) => text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower);
}
