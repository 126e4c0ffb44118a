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

    // A volume without a type is an emptyDir: the API server sets it before admission.
    private static IEnumerable<FieldViolation> RestrictedTypes(EvaluatedPod pod) =>
        from volume in pod.Volumes
        from field in volume.Node
        where field.Key != "name" && field.Value is not null && !AllowedTypes.Contains(field.Key)
        select volume.Violates(field.Key, TypeRule, field.Key);
}
