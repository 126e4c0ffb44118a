namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Binds claims to volumes that exist, or provisions one by the claim's storage class: at once, or when the scheduler has selected a
/// node. Removes the protection of deleted claims that no pod uses.
/// </summary>
internal sealed class ClaimController(Cluster cluster) : IController
{
    public const string Protection = "kubernetes.io/pvc-protection";
    private const string Component = "persistentvolume-controller";
    private const string BindCompleted = "pv.kubernetes.io/bind-completed";

    /// <summary>When the provisioning of each claim ends.</summary>
    private readonly Dictionary<ObjectKey, (string Uid, DateTimeOffset Due)> _provisioning = [];

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { } claim)
        {
            _provisioning.Remove(key);
        }
        else if (claim.IsTerminating)
        {
            if (!PodVolumes.IsInUse(cluster.Store, key))
            {
                cluster.Registry.Modify(claim, json =>
                    json.EnsureObject("metadata").EditArray("finalizers", f => f.RemoveAll(n => n.GetString() == Protection)));
            }
        }
        else if (claim.Json.GetNode("metadata", "annotations", BindCompleted) is not null)
        {
            Check(claim);
        }
        else if (FindVolume(claim) is { } volume)
        {
            Bind(claim, volume);
        }
        else
        {
            Provision(claim);
        }
    }

    public static bool IsBound(StoredObject claim) => claim.Json.GetString("status", "phase") == "Bound";

    public static bool WaitsForConsumer(ObjectStore store, StoredObject claim) =>
        claim.Json.GetNode("spec", "volumeName") is null
        && ClassOf(store, claim)?.Json.GetString("volumeBindingMode") == "WaitForFirstConsumer";

    private static StoredObject? ClassOf(ObjectStore store, StoredObject claim) =>
        store.Find(Kinds.StorageClasses, "", claim.Json.GetString("spec", "storageClassName") ?? "");

    private static decimal RequestOf(StoredObject claim) =>
        PodResources.ParseQuantity(claim.Json.GetString("spec", "resources", "requests", "storage")!);

    /// <summary>A volume that exists and that the claim names, or that fits it best.</summary>
    private StoredObject? FindVolume(StoredObject claim)
    {
        var (name, modes) = (claim.Json.GetString("spec", "volumeName"), claim.Json.GetStrings("spec", "accessModes").ToList());
        if (name is not null)
        {
            var named = cluster.Store.Find(Kinds.PersistentVolumes, "", name);
            return named is not null && VolumeController.IsFree(named, claim) ? named : null;
        }

        return cluster.Store.List(Kinds.PersistentVolumes)
            .Where(v => !v.IsTerminating && VolumeController.IsFree(v, claim)
                && (v.Json.GetString("spec", "storageClassName") ?? "") == (claim.Json.GetString("spec", "storageClassName") ?? "")
                && VolumeController.CapacityOf(v) >= RequestOf(claim)
                && !modes.Except(v.Json.GetStrings("spec", "accessModes")).Any())
            .OrderBy(v => v.Json["spec"]!["claimRef"] is null).ThenBy(VolumeController.CapacityOf).FirstOrDefault();
    }

    private void Provision(StoredObject claim)
    {
        var name = claim.Json.GetString("spec", "storageClassName");
        if (name is null or "" || claim.Json.GetNode("spec", "volumeName") is not null)
        {
            cluster.Events.Normal(
                claim, "FailedBinding", "no persistent volumes available for this claim and no storage class is set", Component);
            return;
        }

        if (ClassOf(cluster.Store, claim) is not { } storageClass)
        {
            cluster.Events.Warning(claim, "ProvisioningFailed", $"storageclass.storage.k8s.io \"{name}\" not found", Component);
            return;
        }

        var node = claim.Json.GetString("metadata", "annotations", PodClaims.SelectedNode);
        if (node is null && WaitsForConsumer(cluster.Store, claim))
        {
            cluster.Events.Normal(claim, "WaitForFirstConsumer", "waiting for first consumer to be created before binding", Component);
            return;
        }

        var provisioner = storageClass.Json.GetString("provisioner")!;
        if (!StorageAddOn.Provisioners.Contains(provisioner))
        {
            cluster.Events.Normal(claim, "ExternalProvisioning", "Waiting for a volume to be created either by the external provisioner "
                + $"'{provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the "
                + "provisioner is running and correctly registered.", Component);
            return;
        }

        if (!_provisioning.TryGetValue(claim.Key, out var running) || running.Uid != claim.Uid)
        {
            _provisioning[claim.Key] = running = (claim.Uid, cluster.Now + cluster.Timing.VolumeProvision);
        }

        if (running.Due > cluster.Now)
        {
            cluster.EnqueueAfter(this, claim.Key, running.Due - cluster.Now);
            return;
        }

        var zone = cluster.Store.Find(Kinds.Nodes, "", node ?? "")?.Json.GetString("metadata", "labels", StorageAddOn.ZoneLabel);
        var volume = cluster.Registry.Create(
            Kinds.PersistentVolumes, "", StorageAddOn.BuildVolume(cluster.Context, claim, storageClass, zone));
        cluster.Events.Normal(claim, "ProvisioningSucceeded", $"Successfully provisioned volume {volume.Key.Name}", provisioner);
        Bind(claim, volume);
    }

    private void Bind(StoredObject claim, StoredObject volume)
    {
        cluster.Registry.Modify(volume, json =>
        {
            json.EnsureObject("spec")["claimRef"] = JsonTemplate.Fill($$"""
                {"kind":"PersistentVolumeClaim","apiVersion":"v1","namespace":{{claim.Key.Namespace}},"name":{{claim.Key.Name}},
                "uid":{{claim.Uid}},"resourceVersion":{{$"{claim.Revision}"}} }
                """);
            json.EnsureObject("metadata", "annotations")["pv.kubernetes.io/bound-by-controller"] = "yes";
            json.EnsureObject("status")["phase"] = "Bound";
        });
        cluster.Registry.Modify(claim, json =>
        {
            json.EnsureObject("spec")["volumeName"] = volume.Key.Name;
            var annotations = json.EnsureObject("metadata", "annotations");
            annotations[BindCompleted] = "yes";
            annotations["pv.kubernetes.io/bound-by-controller"] = "yes";
            json["status"] = JsonTemplate.Fill($$"""
                {"phase":"Bound","accessModes":{{volume.Json.GetNode("spec", "accessModes")}},
                "capacity":{{volume.Json.GetNode("spec", "capacity")}} }
                """);
        });
    }

    /// <summary>Reports a lost volume; expands a volume that has become too small.</summary>
    private void Check(StoredObject claim)
    {
        var volume = cluster.Store.Find(Kinds.PersistentVolumes, "", claim.Json.GetString("spec", "volumeName") ?? "");
        if (volume is null || volume.Json.GetString("spec", "claimRef", "uid") != claim.Uid)
        {
            cluster.Registry.Modify(claim, json => json.EnsureObject("status")["phase"] = "Lost");
            cluster.Events.Warning(
                claim, "ClaimLost", "Bound claim has lost its PersistentVolume. Any data on the volume is lost!", Component);
        }
        else if (VolumeController.CapacityOf(volume) < RequestOf(claim))
        {
            var capacity = JsonTemplate.Fill($$"""{"storage":{{claim.Json.GetNode("spec", "resources", "requests", "storage")}} }""");
            cluster.Registry.Modify(volume, json => json.EnsureObject("spec")["capacity"] = capacity.Copy());
            cluster.Registry.Modify(claim, json => json.EnsureObject("status")["capacity"] = capacity.Copy());
            cluster.Events.Normal(claim, "FileSystemResizeSuccessful", "MountVolume.NodeExpandVolume succeeded for volume", "kubelet");
        }
    }
}
