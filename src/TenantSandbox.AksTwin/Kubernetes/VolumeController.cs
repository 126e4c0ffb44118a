namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Releases volumes whose claim is gone, and deletes those with the reclaim policy <c>Delete</c>.</summary>
internal sealed class VolumeController(Cluster cluster) : IController
{
    public const string Protection = "kubernetes.io/pv-protection";

    /// <summary>The CSI driver's finalizer: the volume outlives the deletion of its object until the disk is deleted.</summary>
    public const string ProvisionerFinalizer = "external-provisioner.volume.kubernetes.io/finalizer";

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { } volume)
        {
            return;
        }

        var claim = cluster.Store.FindByUid(volume.Json.GetString("spec", "claimRef", "uid") ?? "");
        if (volume.IsTerminating)
        {
            if (claim is null)
            {
                cluster.Registry.Modify(volume, json => json.EnsureObject("metadata").EditArray(
                    "finalizers", f => f.RemoveAll(n => n.GetString() is Protection or ProvisionerFinalizer)));
            }

            return;
        }

        var phase = volume.Json.GetString("spec", "claimRef", "uid") is null ? "Available" : claim is null ? "Released" : "Bound";
        if (phase == "Released" && volume.Json.GetString("status", "phase") == "Failed")
        {
            // As in Kubernetes, it isn't tried again.
            return;
        }

        volume = cluster.Registry.Modify(volume, json => json.EnsureObject("status")["phase"] = phase);
        if (phase == "Released" && volume.Json.GetString("spec", "persistentVolumeReclaimPolicy") == "Delete")
        {
            Reclaim(volume);
        }
    }

    public static decimal CapacityOf(StoredObject volume) =>
        PodResources.ParseQuantity(volume.Json.GetString("spec", "capacity", "storage") ?? "0");

    /// <summary>Whether a volume has no claim, or was reserved for this one.</summary>
    public static bool IsFree(StoredObject volume, StoredObject claim) => volume.Json.GetObject("spec", "claimRef") is not { } reference
        || (reference.GetString("namespace") == claim.Key.Namespace && reference.GetString("name") == claim.Key.Name
            && (reference.GetString("uid") is null or "" || reference.GetString("uid") == claim.Uid));

    /// <summary>Volumes that no driver of the cluster has created can't be deleted.</summary>
    private void Reclaim(StoredObject volume)
    {
        if (volume.HasFinalizer(ProvisionerFinalizer))
        {
            cluster.Registry.Delete(volume, new());
        }
        else
        {
            cluster.Registry.Modify(volume, json => json.EnsureObject("status")["phase"] = "Failed");
            cluster.Events.Warning(
                volume, "VolumeFailedDelete", "error getting deleter volume plugin for volume", "persistentvolume-controller");
        }
    }
}
