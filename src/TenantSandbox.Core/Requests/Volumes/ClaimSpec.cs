using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests.PodTemplates;

namespace TenantSandbox.Core.Requests.Volumes;

/// <summary>A persistent claim of the tenant. It lives from the first apply to the offboarding, whatever pods use it.</summary>
/// <param name="Name">A DNS label, unique within the tenant.</param>
/// <param name="StorageClassName">One of the StorageClasses that the installation allows.</param>
/// <param name="AccessModes">Kubernetes' names, in the sender's order.</param>
/// <param name="Resources">Its size.</param>
/// <param name="OnOffboard">What becomes of the volume when the tenant is offboarded.</param>
public sealed record ClaimSpec(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("storageClassName")] string StorageClassName,
    [property: JsonPropertyName("accessModes")] IReadOnlyList<string> AccessModes,
    [property: JsonPropertyName("resources")] ClaimResources Resources,
    [property: JsonPropertyName("onOffboard"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] OffboardedVolume OnOffboard = OffboardedVolume.Delete)
{
    /// <summary>The requested size in MiB.</summary>
    [JsonIgnore]
    public int SizeMiB => QuantityValue.ParseMiB(Resources.Requests.Storage);

    /// <summary>Whether pods on different nodes can't use it at the same time.</summary>
    [JsonIgnore]
    public bool IsSingleAttach => AccessMode.IsSingleAttach(AccessModes);
}

/// <summary>What a claim asks for, in the wording of Kubernetes.</summary>
public sealed record ClaimResources([property: JsonPropertyName("requests")] ClaimRequests Requests);

/// <summary>The requests of a claim.</summary>
/// <param name="Storage">A quantity in canonical form, in Mi or Gi.</param>
public sealed record ClaimRequests([property: JsonPropertyName("storage")] string Storage);

/// <summary>What becomes of a volume when its tenant is offboarded.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OffboardedVolume>))]
public enum OffboardedVolume
{
    /// <summary>It goes with the namespace, by its own reclaim policy.</summary>
    [JsonStringEnumMemberName("delete")] Delete,

    /// <summary>It is kept, and the receipt names it.</summary>
    [JsonStringEnumMemberName("retain")] Retain,
}

/// <summary>Kubernetes' access modes.</summary>
public static class AccessMode
{
    public const string ReadWriteOnce = nameof(ReadWriteOnce);
    public const string ReadWriteOncePod = nameof(ReadWriteOncePod);
    public const string ReadOnlyMany = nameof(ReadOnlyMany);
    public const string ReadWriteMany = nameof(ReadWriteMany);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod];

    /// <summary>Whether a volume with these modes attaches to one node only.</summary>
    public static bool IsSingleAttach(IEnumerable<string> modes) => !modes.Any(m => m is ReadOnlyMany or ReadWriteMany);
}
