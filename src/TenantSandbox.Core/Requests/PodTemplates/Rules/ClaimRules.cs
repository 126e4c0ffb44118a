using TenantSandbox.Core.Requests.Volumes;
using static TenantSandbox.Core.Requests.PodTemplates.FieldRule;

namespace TenantSandbox.Core.Requests.PodTemplates.Rules;

/// <summary>The request's ConfigMaps and claims, and the claims of pods.</summary>
internal static class ClaimRules
{
    /// <summary>32 TiB: the largest managed disk.</summary>
    public const int MaxClaimMiB = 32 * 1024 * 1024;

    /// <summary>Most ConfigMaps of a request, and most claims.</summary>
    public const int MaxObjects = 20;

    /// <summary>Most keys of a ConfigMap.</summary>
    public const int MaxKeys = 100;

    private const string StartsEmpty = "A claim starts empty: what it were filled from could be another tenant's.";
    private const string NotChosen = "A volume is made for the claim, not chosen among those that exist.";

    private static readonly FieldRule OnOffboard =
        Accept("onOffboard", new ChoiceValue("delete", "retain"), "delete when absent; retain where the installation allows it for the class.");

    private static readonly FieldRule[] Spec =
    [
        Require("accessModes", new ListValue(new ChoiceValue([.. AccessMode.All]), 1, 4), "Those that the installation allows for the class."),
        Refuse("dataSource", "claimSources", StartsEmpty),
        Refuse("dataSourceRef", "claimSources", StartsEmpty),
        Require("resources", new ObjectValue("VolumeResourceRequirements")),
        Refuse("selector", "volumeChoice", NotChosen),
        Require("storageClassName", new TextValue(PodTextRules.HostName), "One that the installation allows; none by default."),
        Refuse("volumeAttributesClassName", "volumeAttributes", "The StorageClass decides about the volume's performance."),
        Set("volumeMode", "volumeDevices", new ChoiceValue("Filesystem"), "Kata guests get no block devices of the node."),
        Refuse("volumeName", "volumeChoice", NotChosen),
    ];

    /// <summary>A claim of each pod of a StatefulSet.</summary>
    public static ObjectRule Template { get; } = new("ClaimTemplate",
    [
        Set("apiVersion", "claimTemplateType", new ChoiceValue("v1"), "It is a PersistentVolumeClaim."),
        Set("kind", "claimTemplateType", new ChoiceValue("PersistentVolumeClaim"), "It is a PersistentVolumeClaim."),
        Require("metadata", new ObjectValue("ClaimTemplateMetadata")),
        OnOffboard,
        Require("spec", new ObjectValue("PersistentVolumeClaimSpec")),
        Refuse("status", "claimStatus", "Kubernetes reports it."),
    ])
    { Model = "" };

    /// <summary>The metadata of such a claim.</summary>
    public static ObjectRule TemplateMetadata { get; } = new("ClaimTemplateMetadata",
    [
        Require("name", new TextValue(PodTextRules.Label), "The name of the volume. The claim of a pod is `<this name>-<workload>-<ordinal>`."),
        .. PodRules.Metadata.Where(f => f.Name != "name"),
    ])
    { Model = "ObjectMeta" };

    /// <summary>Of the request itself: its <c>configMaps</c> and <c>claims</c>.</summary>
    public static IReadOnlyList<ObjectRule> RequestTypes { get; } =
    [
        new("ConfigMap",
        [
            Refuse("binaryData", "textOnly", "A request is text. Put other content into the image."),
            Accept("data", new MapValue(VolumeTextRules.ConfigMapKey, VolumeTextRules.ConfigMapText, MaxKeys), "Not for secrets."),
            Refuse("immutable", "immutableConfigMaps", "An update replaces the data."),
            Require("name", new TextValue(VolumeTextRules.ConfigMapName)),
        ])
        { Model = "" },
        new("Claim",
        [
            Require("name", new TextValue(PodTextRules.Label)),
            OnOffboard,
            .. Spec,
        ])
        { Model = "" },
    ];

    public static IReadOnlyList<ObjectRule> Types { get; } =
    [
        .. RequestTypes,
        new("PersistentVolumeClaimVolumeSource",
        [
            Require("claimName", new TextValue(PodTextRules.Label), "One of the request's `claims`."),
            Accept("readOnly", new BooleanValue()),
        ]),
        new("EphemeralVolumeSource", [Require("volumeClaimTemplate", new ObjectValue("PersistentVolumeClaimTemplate"))]),
        new("PersistentVolumeClaimTemplate",
        [
            Accept("metadata", new ObjectValue("ObjectMeta")),
            Require("spec", new ObjectValue("PersistentVolumeClaimSpec")),
        ]),
        new("PersistentVolumeClaimSpec", Spec),
        new("VolumeResourceRequirements",
        [
            Refuse("limits", "claimLimits", "A claim's size is what it requests."),
            Require("requests", new ObjectValue("VolumeRequests")),
        ]),
        new("VolumeRequests", [Require("storage", new QuantityValue(QuantityKind.Storage, 1, MaxClaimMiB), "At most what the installation allows for the class.")])
        {
            Model = "",
        },
    ];
}
