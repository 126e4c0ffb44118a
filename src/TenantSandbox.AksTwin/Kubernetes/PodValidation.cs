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

    public static readonly ValidationRule NotInTemplate = Absent("ephemeral containers not allowed in pod template");

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
        ("affinity", AffinityValidation.Affinity),
        ("", SecurityContextValidation.Spec),
        ("", CheckHostPorts),
        ("tolerations[*]", CheckToleration),
        ("tolerations[*].key", (value, path) => value.GetString() is { Length: > 0 } key ? QualifiedName(key, path) : []),
        ("tolerations[*].operator", OneOf("Equal", "Exists")),
        ("tolerations[*].effect", OneOf("NoSchedule", "PreferNoSchedule", "NoExecute")));

    private static IEnumerable<FieldError> CheckNamesOfInitContainers(JsonNode? spec, string path) =>
        from item in spec.GetObjects("initContainers").Select((container, index) => (Name: container.GetString("name"), Index: index))
        where item.Name is not null && spec.GetObjects("containers").Any(c => c.GetString("name") == item.Name)
        select FieldError.Duplicate($"{path}.initContainers[{item.Index}].name", item.Name);

    private static IEnumerable<FieldError> CheckMountedVolumes(JsonNode? spec, string path) =>
        from mount in new FieldPattern("containers|initContainers[*].volumeMounts[*].name").Match(spec, path)
        where !spec.GetObjects("volumes").Any(v => v.GetString("name") == mount.Value.GetString())
        select FieldError.NotFound(mount.Path, mount.Value.GetString());

    private static IEnumerable<FieldError> CheckHostPorts(JsonNode? spec, string path) =>
        from list in (string[])["containers", "initContainers"]
        from port in new FieldPattern($"{list}[*].ports[*]").Match(spec, path)
        let number = port.Value.GetInteger("hostPort") ?? 0
        where number > 0
        group port.Path by (List: list, Key: $"{port.Value.GetString("protocol")}/{port.Value.GetString("hostIP")}/{number}") into sameKey
        from later in sameKey.Skip(1)
        select FieldError.Duplicate($"{later}.hostPort", sameKey.Key.Key);

    private static IEnumerable<FieldError> CheckToleration(JsonNode? toleration, string path)
    {
        var (key, effect, isExists) = (toleration.GetString("key") ?? "", toleration.GetString("effect") ?? "", toleration.GetString("operator") is "Exists");
        if (key.Length == 0 && !isExists)
        {
            yield return FieldError.Invalid(
                $"{path}.operator", toleration.GetString("operator") ?? "",
                "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        }

        if (toleration.GetInteger("tolerationSeconds") is not null && effect != "NoExecute")
        {
            yield return FieldError.Invalid($"{path}.effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }

        if (isExists && toleration.GetString("value") is { Length: > 0 })
        {
            yield return FieldError.Invalid($"{path}.operator", toleration, "value must be empty when `operator` is 'Exists'");
        }
    }

    private static IEnumerable<FieldError> CheckVolumeSource(JsonNode? volume, string path) =>
        VolumeSources.Where(source => volume.GetNode(source) is not null).ToList() switch
        {
            [] => [FieldError.Required(path, "must specify a volume type")],
            [_] => [],
            [_, .. var more] => more.Select(s => FieldError.Forbidden($"{path}.{s}", "may not specify more than 1 volume type")),
        };
}
