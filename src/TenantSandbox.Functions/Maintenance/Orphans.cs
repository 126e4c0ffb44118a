using System.Text.Json.Serialization;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>A resource with this installation's marks that neither a tenant nor a ledger owns.</summary>
/// <param name="Kind">Agent pool or namespace.</param>
/// <param name="ClusterId">The configured id of its cluster.</param>
/// <param name="Name">Its name; never enough to delete it by.</param>
/// <param name="Identity">
/// Everything that identifies it: the resource id and all marks of a pool, the uid and all marks of a namespace. A resource that was
/// replaced by one of the same name has another identity.
/// </param>
public sealed record Orphan(
    [property: JsonPropertyName("kind")] OrphanKind Kind,
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("identity")] string Identity);

/// <summary>Kind of an orphan.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OrphanKind>))]
public enum OrphanKind
{
    [JsonStringEnumMemberName("pool")] Pool,
    [JsonStringEnumMemberName("namespace")] Namespace,
}

/// <summary>Everything without an owner at one time. Stored outside the task hub, because it can be long.</summary>
/// <param name="Orphans">Sorted by cluster, kind and name.</param>
public sealed record OrphanInventory([property: JsonPropertyName("orphans")] IReadOnlyList<Orphan> Orphans)
{
    /// <summary>What is in both inventories with the same identity.</summary>
    public OrphanInventory Intersect(OrphanInventory other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new([.. Orphans.Intersect(other.Orphans)]);
    }
}
