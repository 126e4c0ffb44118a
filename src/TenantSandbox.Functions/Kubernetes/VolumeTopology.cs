using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Where a volume can be used.</summary>
internal static class VolumeTopology
{
    // topology.disk.csi.azure.com/zone, topology.kubernetes.io/zone, and the older failure-domain.beta.kubernetes.io/zone.
    private const string ZoneKey = "/zone";

    /// <summary>
    /// The availability zones of which a node must be in one, as AKS's agent pools name them (<c>1</c>, not <c>westeurope-1</c>); an empty
    /// name stands for nodes in no zone. Null for a volume that any node can use.
    /// </summary>
    public static IReadOnlyList<string>? ZonesOf(V1PersistentVolume volume)
    {
        string[] zones =
        [
            .. (volume.Spec.NodeAffinity?.Required?.NodeSelectorTerms ?? [])
                .SelectMany(t => t.MatchExpressions ?? [])
                .Where(e => e.Key.EndsWith(ZoneKey, StringComparison.Ordinal) && e.OperatorProperty == "In")
                .SelectMany(e => e.Values)
                .Select(v => v[(v.LastIndexOf('-') + 1)..])
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        return zones.Length == 0 ? null : zones;
    }
}
