namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The admission plugins for volumes and claims: default class, protection, resizing.</summary>
internal sealed class ClaimAdmission(ObjectStore store)
{
    private const string DefaultClass = "storageclass.kubernetes.io/is-default-class";

    public void Mutate(ResourceKind kind, JsonObject json)
    {
        if (kind == Kinds.PersistentVolumeClaims)
        {
            Protect(json, ClaimController.Protection);
            if (json.GetNode("spec", "storageClassName") is null && store.List(Kinds.StorageClasses)
                .Where(c => c.Json.GetString("metadata", "annotations", DefaultClass) == "true")
                .MaxBy(c => c.Json.GetTime("metadata", "creationTimestamp")) is { } standard)
            {
                json.EnsureObject("spec")["storageClassName"] = standard.Key.Name;
            }
        }
        else if (kind == Kinds.PersistentVolumes)
        {
            Protect(json, VolumeController.Protection);
        }
    }

    /// <exception cref="StatusException">403: the claim's class doesn't allow its volume to grow.</exception>
    public void ValidateUpdate(StoredObject live, JsonObject json)
    {
        if (live.Key.Kind != Kinds.PersistentVolumeClaims || Size(json) <= Size(live.Json))
        {
            return;
        }

        var storageClass = store.Find(Kinds.StorageClasses, "", live.Json.GetString("spec", "storageClassName") ?? "");
        if (storageClass?.Json.GetBoolean("allowVolumeExpansion") is not true)
        {
            throw StatusException.Forbidden(live.Key.Kind, live.Key.Name,
                "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize");
        }
    }

    private static decimal Size(JsonObject claim) =>
        PodResources.ParseQuantity(claim.GetString("spec", "resources", "requests", "storage") ?? "0");

    private static void Protect(JsonObject json, string finalizer)
    {
        var finalizers = json.EnsureObject("metadata").EnsureArray("finalizers");
        if (!finalizers.Any(f => f.GetString() == finalizer))
        {
            finalizers.Add(finalizer);
        }
    }
}
