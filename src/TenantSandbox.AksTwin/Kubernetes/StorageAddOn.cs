namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The storage classes and CSI drivers of AKS.</summary>
internal static class StorageAddOn
{
    public const string ZoneLabel = "topology.disk.csi.azure.com/zone";
    private const string DiskDriver = "disk.csi.azure.com";
    private const string FileDriver = "file.csi.azure.com";

    public static readonly string[] Provisioners = [DiskDriver, FileDriver];

    private static readonly (string Name, string Driver, string Sku)[] Classes =
    [
        ("default", DiskDriver, "StandardSSD_LRS"), ("managed", DiskDriver, "StandardSSD_LRS"),
        ("managed-csi", DiskDriver, "StandardSSD_LRS"), ("managed-csi-premium", DiskDriver, "Premium_LRS"),
        ("managed-premium", DiskDriver, "Premium_LRS"),
        ("azurefile", FileDriver, "Standard_LRS"), ("azurefile-csi", FileDriver, "Standard_LRS"),
        ("azurefile-csi-premium", FileDriver, "Premium_LRS"), ("azurefile-premium", FileDriver, "Premium_LRS"),
    ];

    /// <summary>Creates the missing storage classes of AKS.</summary>
    public static void Install(Cluster cluster)
    {
        foreach (var (name, driver, sku) in Classes.Where(c => cluster.Store.Find(Kinds.StorageClasses, "", c.Name) is null))
        {
            cluster.Registry.Create(Kinds.StorageClasses, "", JsonTemplate.Fill($$"""
                {"metadata":{"name":{{name}},
                    "labels":{"addonmanager.kubernetes.io/mode":"EnsureExists","kubernetes.io/cluster-service":"true"},
                    "annotations":{"storageclass.kubernetes.io/is-default-class":{{(name == "default" ? "true" : null)}} } },
                "provisioner":{{driver}},"parameters":{"skuName":{{sku}} },"allowVolumeExpansion":true,
                "volumeBindingMode":{{(driver == DiskDriver ? "WaitForFirstConsumer" : "Immediate")}} }
                """));
        }
    }

    /// <summary>A volume as the class's driver provisions it for a claim. A disk belongs to the zone of its first node.</summary>
    public static JsonObject BuildVolume(ClusterContext context, StoredObject claim, StoredObject storageClass, string? zone)
    {
        var (name, driver) = ($"pvc-{claim.Uid}", storageClass.Json.GetString("provisioner"));
        var group = context.NodeResourceGroup.ToLowerInvariant();
        var handle = driver == DiskDriver
            ? $"/subscriptions/{context.Options.SubscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/disks/{name}"
            : $"{group}#f{DeterministicNames.Hex(context.Cluster.Name)}#{name}###{claim.Key.Namespace}";
        var affinity = driver != DiskDriver || zone is null ? null : JsonTemplate.Fill($$"""
            {"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":{{ZoneLabel}},"operator":"In","values":[{{zone}}]}]}]} }
            """);
        return JsonTemplate.Fill($$"""
            {"metadata":{"name":{{name}},"finalizers":[{{VolumeController.ProvisionerFinalizer}}],
                "annotations":{"pv.kubernetes.io/provisioned-by":{{driver}} } },
            "spec":{"capacity":{"storage":{{claim.Json.GetNode("spec", "resources", "requests", "storage")}} },
                "accessModes":{{claim.Json.GetNode("spec", "accessModes")}},"volumeMode":{{claim.Json.GetNode("spec", "volumeMode")}},
                "persistentVolumeReclaimPolicy":{{storageClass.Json.GetNode("reclaimPolicy")}},"storageClassName":{{storageClass.Key.Name}},
                "mountOptions":{{storageClass.Json.GetNode("mountOptions")}},"nodeAffinity":{{affinity}},
                "csi":{"driver":{{driver}},"volumeHandle":{{handle}},"volumeAttributes":{{storageClass.Json.GetNode("parameters")}} } } }
            """);
    }
}
