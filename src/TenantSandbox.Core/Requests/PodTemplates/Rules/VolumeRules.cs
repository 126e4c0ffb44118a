using TenantSandbox.Core.Requests.Volumes;
using static TenantSandbox.Core.Requests.PodTemplates.FieldRule;

namespace TenantSandbox.Core.Requests.PodTemplates.Rules;

/// <summary>Volumes.</summary>
internal static class VolumeRules
{
    private const string NoSecrets = "Mount the Secret as a volume of its own.";
    private const string OldDriver = "Pod Security \"restricted\" allows no in-tree driver.";
    private const string Alpha = "Not part of the stable API.";
    private const string OwnToken = "Tenants get no token for the API server.";

    private static readonly IntegerValue FileMode = new(0, 511);

    private static readonly string[] Drivers =
    [
        "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "fc", "flexVolume", "flocker", "gcePersistentDisk", "gitRepo", "glusterfs",
        "iscsi", "nfs", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume",
    ];

    /// <summary>The reference to a ConfigMap of the request.</summary>
    public static FieldRule ConfigMapName { get; } =
        Require("name", new TextValue(VolumeTextRules.ConfigMapName), "One of the request's `configMaps`.");

    /// <summary>What a request names it brings, so nothing is optional.</summary>
    public static FieldRule Optional { get; } = Set("optional", "ownObjects", new BooleanValue(false), "What a workload refers to is part of its request.");

    private static readonly FieldRule Items = Accept("items", new ListValue(new ObjectValue("KeyToPath"), 0, 50), "All keys when absent.");
    private static readonly FieldRule DownwardItems = Accept("items", new ListValue(new ObjectValue("DownwardAPIVolumeFile"), 0, 20));

    public static IReadOnlyList<ObjectRule> Types { get; } =
    [
        new("Volume",
        [
            Accept("configMap", new ObjectValue("ConfigMapVolumeSource")),
            Refuse("csi", "csiVolumes", "Inline CSI volumes can mount whatever their driver can reach."),
            Accept("downwardAPI", new ObjectValue("DownwardAPIVolumeSource")),
            Accept("emptyDir", new ObjectValue("EmptyDirVolumeSource")),
            Accept("ephemeral", new ObjectValue("EphemeralVolumeSource"), "A claim of each pod, which goes with the pod."),
            Refuse("hostPath", "hostPath", "Pods don't see the node's files."),
            Refuse("image", "imageVolumes", "Not verified with kata."),
            Require("name", new TextValue(PodTextRules.Label)),
            Accept("persistentVolumeClaim", new ObjectValue("PersistentVolumeClaimVolumeSource")),
            Accept("projected", new ObjectValue("ProjectedVolumeSource")),
            Accept("secret", new ObjectValue("SecretVolumeSource")),
            .. Drivers.Select(name => Refuse(name, "volumeDrivers", OldDriver)),
        ])
        { OneOf = ["configMap", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"] },
        new("EmptyDirVolumeSource",
        [
            Accept("medium", new ChoiceValue("", "Memory"), "Memory is taken from the guest, and needs a sizeLimit."),
            Refuse("mode", "alphaField", Alpha),
            Accept("sizeLimit", new QuantityValue(QuantityKind.Storage, 1, ResourceRules.MaxStorageMiB), "1Gi when absent, which is reported."),
        ]),
        new("DownwardAPIVolumeSource",
        [
            Accept("defaultMode", FileMode),
            Refuse("defaultUser", "alphaField", Alpha),
            DownwardItems,
        ]),
        new("DownwardAPIVolumeFile",
        [
            Accept("fieldRef", new ObjectValue("VolumeFieldSelector")),
            Accept("mode", FileMode),
            Require("path", new TextValue(PodTextRules.RelativePath)),
            Accept("resourceFieldRef", new ObjectValue("ResourceFieldSelector")),
            Refuse("user", "alphaField", Alpha),
        ])
        { OneOf = ["fieldRef", "resourceFieldRef"] },
        new("ConfigMapVolumeSource",
        [
            Accept("defaultMode", FileMode, "420 (0644) when absent."),
            Refuse("defaultUser", "alphaField", Alpha),
            Items,
            ConfigMapName,
            Optional,
        ]),
        new("KeyToPath",
        [
            Require("key", new TextValue(VolumeTextRules.ConfigMapKey), "A key of the ConfigMap or Secret."),
            Accept("mode", FileMode),
            Require("path", new TextValue(PodTextRules.RelativePath)),
            Refuse("user", "alphaField", Alpha),
        ]),
        new("ProjectedVolumeSource",
        [
            Accept("defaultMode", FileMode, "420 (0644) when absent."),
            Refuse("defaultUser", "alphaField", Alpha),
            Require("sources", new ListValue(new ObjectValue("VolumeProjection"), 1, 20)),
        ]),
        new("VolumeProjection",
        [
            Refuse("clusterTrustBundle", "alphaField", Alpha),
            Accept("configMap", new ObjectValue("ConfigMapProjection")),
            Accept("downwardAPI", new ObjectValue("DownwardAPIProjection")),
            Refuse("podCertificate", "noToken", "Tenants get no identity of the cluster."),
            Refuse("secret", "ownObjects", NoSecrets),
            Refuse("serviceAccountToken", "noToken", OwnToken),
        ])
        { OneOf = ["configMap", "downwardAPI"] },
        new("ConfigMapProjection", [Items, ConfigMapName, Optional]),
        new("DownwardAPIProjection", [DownwardItems]),
    ];
}
