using static TenantSandbox.Core.Requests.PodTemplates.FieldRule;

namespace TenantSandbox.Core.Requests.PodTemplates.Rules;

/// <summary>Volumes.</summary>
internal static class VolumeRules
{
    private const string OwnObjects = "A workload can only refer to objects that its request brings, and requests bring none yet.";
    private const string NoClaims = "Tenants have no persistent or ephemeral claims yet. Use emptyDir.";
    private const string OldDriver = "Pod Security \"restricted\" allows no in-tree driver.";

    private static readonly IntegerValue FileMode = new(0, 511);

    private static readonly string[] Drivers =
    [
        "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "fc", "flexVolume", "flocker", "gcePersistentDisk", "gitRepo", "glusterfs",
        "iscsi", "nfs", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume",
    ];

    public static IReadOnlyList<ObjectRule> Types { get; } =
    [
        new("Volume",
        [
            Refuse("configMap", "ownObjects", OwnObjects),
            Refuse("csi", "csiVolumes", "Inline CSI volumes can mount whatever their driver can reach."),
            Accept("downwardAPI", new ObjectValue("DownwardAPIVolumeSource")),
            Accept("emptyDir", new ObjectValue("EmptyDirVolumeSource")),
            Refuse("ephemeral", "claims", NoClaims),
            Refuse("hostPath", "hostPath", "Pods don't see the node's files."),
            Refuse("image", "imageVolumes", "Not verified with kata."),
            Require("name", new TextValue(PodTextRules.Label)),
            Refuse("persistentVolumeClaim", "claims", NoClaims),
            Refuse("projected", "projectedVolumes", OwnObjects),
            Accept("secret", new ObjectValue("SecretVolumeSource")),
            .. Drivers.Select(name => Refuse(name, "volumeDrivers", OldDriver)),
        ])
        { OneOf = ["downwardAPI", "emptyDir", "secret"] },
        new("EmptyDirVolumeSource",
        [
            Accept("medium", new ChoiceValue("", "Memory"), "Memory is taken from the guest, and needs a sizeLimit."),
            Refuse("mode", "alphaField", "Not part of the stable API."),
            Accept("sizeLimit", new QuantityValue(QuantityKind.Storage, 1, ResourceRules.MaxStorageMiB), "1Gi when absent, which is reported."),
        ]),
        new("DownwardAPIVolumeSource",
        [
            Accept("defaultMode", FileMode),
            Refuse("defaultUser", "alphaField", "Not part of the stable API."),
            Accept("items", new ListValue(new ObjectValue("DownwardAPIVolumeFile"), 0, 20)),
        ]),
        new("DownwardAPIVolumeFile",
        [
            Accept("fieldRef", new ObjectValue("VolumeFieldSelector")),
            Accept("mode", FileMode),
            Require("path", new TextValue(PodTextRules.RelativePath)),
            Accept("resourceFieldRef", new ObjectValue("ResourceFieldSelector")),
            Refuse("user", "alphaField", "Not part of the stable API."),
        ])
        { OneOf = ["fieldRef", "resourceFieldRef"] },
    ];
}
