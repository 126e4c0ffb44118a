namespace TenantSandbox.Core.Placement;

/// <summary>Whether the nodes of a pool can reach volumes that exist.</summary>
public static class VolumeZones
{
    private static readonly string[] NoZone = [""];

    /// <param name="template">The pool.</param>
    /// <param name="volumes">
    /// For each volume the zones of which a node must be in one; an empty name stands for nodes in no zone. Null for no volumes.
    /// </param>
    /// <returns>Null if they can; else why not.</returns>
    public static string? FindRefusal(PoolTemplate template, IReadOnlyList<IReadOnlyList<string>>? volumes)
    {
        ArgumentNullException.ThrowIfNull(template);
        var pool = template.Zones.Count > 0 ? template.Zones : NoZone;
        return (volumes ?? []).FirstOrDefault(zones => !zones.Intersect(pool, StringComparer.Ordinal).Any()) is not { } unreachable
            ? null
            : $"a volume of the tenant is in zone {string.Join(" or ", unreachable.Select(z => z.Length == 0 ? "none" : z))}, and pools here are in "
              + (template.Zones.Count > 0 ? string.Join(", ", template.Zones) : "none");
    }
}
