using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates the specs of pods, in pods and in the templates of workloads.</summary>
internal static class PodValidation
{
    /// <summary>The sources of volumes, in the order in which the API server checks them.</summary>
    private static readonly string[] VolumeSources =
    [
        "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi", "glusterfs",
        "persistentVolumeClaim", "rbd", "cinder", "cephfs", "flocker", "downwardAPI", "fc", "configMap", "azureFile", "vsphereVolume",
        "quobyte", "azureDisk", "storageos", "projected", "portworxVolume", "scaleIO", "csi", "ephemeral", "image", "flexVolume",
        "photonPersistentDisk",
    ];

    public static readonly ValidationRule Spec = ForFields(
        ("containers", Required),
        ("containers|initContainers|volumes", DistinctNames),
        ("", CheckNamesOfInitContainers),
        ("containers|initContainers[*]", ContainerValidation.Container),
        ("containers[*].restartPolicy", Absent("may not be set for non-init containers")),
        ("initContainers[*]", ContainerValidation.InitContainer),
        ("", CheckMountedVolumes),
        ("restartPolicy", OneOf("Always", "OnFailure", "Never")),
        ("dnsPolicy", OneOf("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")),
        ("activeDeadlineSeconds", InRange(1, int.MaxValue)),
        ("hostname|subdomain", Optional(Matches(NameFormat.Label))),
        ("securityContext.runAsUser|runAsGroup|fsGroup", InRange(0, int.MaxValue)),
        ("securityContext.supplementalGroups[*]", InRange(0, int.MaxValue)),
        ("securityContext.fsGroupChangePolicy", OneOf("Always", "OnRootMismatch")),
        ("volumes[*].name", Matches(NameFormat.Label)),
        ("volumes[*]", CheckVolumeSource),
        ("volumes[*].emptyDir.sizeLimit", NotNegative),
        ("volumes[*].configMap.name", Required),
        ("volumes[*].secret.secretName", Required),
        ("volumes[*].persistentVolumeClaim.claimName", Required),
        ("volumes[*].ephemeral.volumeClaimTemplate", Required),
        ("volumes[*].ephemeral.volumeClaimTemplate.spec", StorageValidation.ClaimSpec),
        ("volumes[*].configMap|secret|projected.defaultMode", InRange(0, 511)),
        ("nodeSelector", Labels),
        ("topologySpreadConstraints[*].maxSkew", Positive),
        ("topologySpreadConstraints[*].topologyKey", Required),
        ("topologySpreadConstraints[*].whenUnsatisfiable", Required),
        ("topologySpreadConstraints[*].whenUnsatisfiable", OneOf("DoNotSchedule", "ScheduleAnyway")),
        ("tolerations[*].operator", OneOf("Equal", "Exists")),
        ("tolerations[*].effect", OneOf("NoSchedule", "PreferNoSchedule", "NoExecute")));

    public static IEnumerable<FieldError> CheckImmutableFields(JsonObject pod, JsonObject old) =>
        JsonNode.DeepEquals(ImmutableSpec(pod), ImmutableSpec(old)) ? []
        : [FieldError.Forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,"
            + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
            + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)")];

    /// <summary>A pod's spec without the fields that may change.</summary>
    private static JsonObject ImmutableSpec(JsonObject pod)
    {
        var spec = pod.GetObject("spec")!.Copy();
        foreach (var field in (string[])["activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations"])
        {
            spec.Remove(field);
        }

        new FieldPattern("containers|initContainers[*]").MatchObjects(spec).ForEach(c => c.Remove("image"));
        return spec;
    }

    private static IEnumerable<FieldError> CheckNamesOfInitContainers(JsonNode? spec, string path) =>
        from item in spec.GetObjects("initContainers").Select((container, index) => (Name: container.GetString("name"), Index: index))
        where item.Name is not null && spec.GetObjects("containers").Any(c => c.GetString("name") == item.Name)
        select FieldError.Duplicate($"{path}.initContainers[{item.Index}].name", item.Name);

    private static IEnumerable<FieldError> CheckMountedVolumes(JsonNode? spec, string path) =>
        from mount in new FieldPattern("containers|initContainers[*].volumeMounts[*].name").Match(spec, path)
        where !spec.GetObjects("volumes").Any(v => v.GetString("name") == mount.Value.GetString())
        select FieldError.NotFound(mount.Path, mount.Value.GetString());

    private static IEnumerable<FieldError> CheckVolumeSource(JsonNode? volume, string path) =>
        VolumeSources.Where(source => volume.GetNode(source) is not null).ToList() switch
        {
            [] => [FieldError.Required(path, "must specify a volume type")],
            [_] => [],
            [_, .. var more] => more.Select(s => FieldError.Forbidden($"{path}.{s}", "may not specify more than 1 volume type")),
        };
}
