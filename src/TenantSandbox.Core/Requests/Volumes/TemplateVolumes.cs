using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.PodTemplates;

namespace TenantSandbox.Core.Requests.Volumes;

/// <summary>What the pods of a template use of the tenant's ConfigMaps, claims and StorageClasses.</summary>
/// <param name="ConfigMaps">Names of ConfigMaps, sorted.</param>
/// <param name="Claims">Names of claims, sorted.</param>
/// <param name="Ephemeral">The claims that each pod gets for itself, in the template's order.</param>
public sealed record TemplateVolumes(IReadOnlyList<string> ConfigMaps, IReadOnlyList<string> Claims, IReadOnlyList<EphemeralClaim> Ephemeral)
{
    private static readonly TemplateVolumes None = new([], [], []);

    // As properties are written in canonical JSON. A text of the sender's that contains one only costs a look.
    private static readonly string[] Sources = ["\"configMap", "\"persistentVolumeClaim\"", "\"ephemeral\""];

    /// <summary>What a workload uses; the short form uses nothing.</summary>
    public static TemplateVolumes Of(WorkloadSpec workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return workload.PodTemplate is { } template && MayUseAny(template) && template.ToNode()["spec"] is JsonObject pod
            ? new(
                Sort(VolumeReferences.ConfigMaps(pod, "").Select(r => r.Name)),
                Sort(VolumeReferences.Claims(pod, "").Select(r => r.Name)),
                [.. VolumeReferences.Ephemeral(pod, "").Select(e => EphemeralClaim.Of(e.Spec)).OfType<EphemeralClaim>()])
            : None;
    }

    /// <summary>Whether a template can refer to anything: most don't, and needn't be parsed.</summary>
    internal static bool MayUseAny(PodTemplate template) => Sources.Any(s => template.Json.Contains(s, StringComparison.Ordinal));

    private static string[] Sort(IEnumerable<string> names) => [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}

/// <summary>A claim that a pod gets for itself, and that goes with it.</summary>
/// <param name="StorageClassName">Its StorageClass.</param>
/// <param name="SizeMiB">Its size.</param>
public sealed record EphemeralClaim(string StorageClassName, int SizeMiB)
{
    /// <summary>Null for a claim that is incomplete, and therefore refused.</summary>
    internal static EphemeralClaim? Of(JsonObject claim) =>
        PodNodes.Text(claim, "storageClassName") is { } name && PodNodes.Text(claim["resources"]?["requests"], "storage") is { } size
            ? new(name, QuantityValue.ParseMiB(size))
            : null;
}
