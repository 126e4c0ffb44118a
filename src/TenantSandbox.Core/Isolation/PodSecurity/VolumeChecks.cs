namespace TenantSandbox.Core.Isolation.PodSecurity;

/// <summary>Checks on the types of volumes.</summary>
internal static class VolumeChecks
{
    // Type image is allowed in every version (page "Pod Security Standards", Restricted, Volume Types).
    private static readonly string[] AllowedTypes =
        ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];

    private static readonly string TypeRule = $"must be of an allowed type: {string.Join(", ", AllowedTypes)}";

    public static IReadOnlyList<PodSecurityCheck> All { get; } =
    [
        new("hostPathVolumes", PodSecurityLevel.Baseline, HostPaths),
        new("restrictedVolumes", PodSecurityLevel.Restricted, RestrictedTypes) { Overrides = "hostPathVolumes" },
    ];

    private static IEnumerable<FieldViolation> HostPaths(EvaluatedPod pod) => pod.Volumes
        .Where(v => v.Node["hostPath"] is not null)
        .Select(v => v.Violates("hostPath", "must not mount a path of the node; use another volume type", v.Node["hostPath"]!["path"].AsText().Quote()));

    // A volume without a type is refused upstream as well: the API server sets emptyDir before admission.
    private static IEnumerable<FieldViolation> RestrictedTypes(EvaluatedPod pod)
    {
        foreach (var volume in pod.Volumes)
        {
            string[] types = [.. volume.Node.Where(f => f.Key != "name" && f.Value is not null).Select(f => f.Key)];
            foreach (var type in types.Except(AllowedTypes))
            {
                yield return volume.Violates(type, TypeRule, type);
            }

            if (types.Length == 0)
            {
                yield return new(volume.Name, volume.Pointer, TypeRule, "none");
            }
        }
    }
}
