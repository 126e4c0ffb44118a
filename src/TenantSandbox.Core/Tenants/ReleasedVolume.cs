using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Tenants;

/// <summary>What became of the volume of a tenant's claim.</summary>
/// <param name="Claim">The claim's name.</param>
/// <param name="Volume">The PersistentVolume's name.</param>
/// <param name="Outcome">Kept, deleted or missing.</param>
/// <param name="Driver">The CSI driver; null if the volume is missing, or of none.</param>
/// <param name="Handle">What the driver calls it, on AKS a disk's resource id; null likewise.</param>
/// <param name="Size">A Kubernetes quantity; null if the volume is missing.</param>
public sealed record ReleasedVolume(
    [property: JsonPropertyName("claim")] string Claim,
    [property: JsonPropertyName("volume")] string Volume,
    [property: JsonPropertyName("outcome")] VolumeOutcome Outcome,
    [property: JsonPropertyName("driver"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Driver = null,
    [property: JsonPropertyName("handle"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Handle = null,
    [property: JsonPropertyName("size"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Size = null);

/// <summary>What became of a volume.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VolumeOutcome>))]
public enum VolumeOutcome
{
    /// <summary>It went with its claim: a read after that found none.</summary>
    [JsonStringEnumMemberName("deleted")] Deleted,

    /// <summary>It is kept, by its reclaim policy.</summary>
    [JsonStringEnumMemberName("retained")] Retained,

    /// <summary>There was none for the claim any more, so nothing could be kept.</summary>
    [JsonStringEnumMemberName("missing")] Missing,
}

/// <summary>Lists of volumes in receipts.</summary>
public static class ReleasedVolumes
{
    /// <summary>Most volumes of one receipt: more would exceed what a history should hold. The labels of the volumes say the rest.</summary>
    public const int MaxListed = 30;

    /// <summary>Both lists: of a volume in both the later one counts. Kept ones first, at most <see cref="MaxListed"/>; null for none.</summary>
    public static IReadOnlyList<ReleasedVolume>? Merge(IReadOnlyList<ReleasedVolume>? earlier, IReadOnlyList<ReleasedVolume>? later)
    {
        ReleasedVolume[] all =
        [
            .. (later ?? []).Concat(earlier ?? [])
                .DistinctBy(v => v.Volume)
                .OrderBy(v => v.Outcome == VolumeOutcome.Retained ? 0 : 1)
                .ThenBy(v => v.Claim, StringComparer.Ordinal)
                .Take(MaxListed),
        ];
        return all.Length == 0 ? null : all;
    }
}
