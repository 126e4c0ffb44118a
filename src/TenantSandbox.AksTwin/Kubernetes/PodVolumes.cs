namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The claims of a pod's volumes, and whether its volumes and variables can be provided.</summary>
internal static class PodVolumes
{
    /// <summary>The names of the claims that a pod mounts; the claim of an ephemeral volume is named for the pod and the volume.</summary>
    public static IEnumerable<(string Claim, bool IsEphemeral)> Claims(StoredObject pod) =>
        from volume in pod.Json.GetObjects("spec", "volumes")
        let claim = volume.GetString("persistentVolumeClaim", "claimName")
        let ephemeral = volume["ephemeral"] is null ? null : $"{pod.Key.Name}-{volume.GetString("name")}"
        where claim is not null || ephemeral is not null
        select (claim ?? ephemeral!, claim is null);

    /// <summary>Whether a pod that runs or may still run on a node mounts a claim.</summary>
    public static bool IsInUse(ObjectStore store, ObjectKey claim) => store.List(Kinds.Pods, claim.Namespace)
        .Any(p => p.NodeName is not null && !p.HasEnded && Claims(p).Any(c => c.Claim == claim.Name));

    /// <summary>Why a pod's volumes can't be mounted; null if they can.</summary>
    public static StartFailure? FindMountFailure(ObjectStore store, StoredObject pod)
    {
        foreach (var volume in pod.Json.GetObjects("spec", "volumes"))
        {
            List<JsonObject> sources = [volume, .. volume.GetObjects("projected", "sources")];
            var missing = sources.Select(s => FindMissing(store, pod, s, "configMap", "name")
                ?? FindMissing(store, pod, s, "secret", "secretName")
                ?? FindMissing(store, pod, s, "secret", "name")).FirstOrDefault(m => m is not null);
            if (missing is not null)
            {
                return new("FailedMount", $"MountVolume.SetUp failed for volume \"{volume.GetString("name")}\" : {missing}", null);
            }
        }

        return null;
    }

    /// <summary>Why the variables of a container can't be set; null if they can.</summary>
    public static StartFailure? FindVariableFailure(ObjectStore store, StoredObject pod, JsonObject container)
    {
        var all = container.GetObjects("envFrom").Select(e =>
            FindMissing(store, pod, e, "configMapRef", "name") ?? FindMissing(store, pod, e, "secretRef", "name"));
        var single = container.GetObjects("env").Select(e => e.GetObject("valueFrom")).OfType<JsonObject>().Select(e =>
            FindMissing(store, pod, e, "configMapKeyRef", "name") ?? FindMissing(store, pod, e, "secretKeyRef", "name"));
        return all.Concat(single).FirstOrDefault(m => m is not null) is not { } reason ? null
            : new("Failed", $"Error: {reason}", "CreateContainerConfigError", reason);
    }

    /// <summary>Describes the ConfigMap, Secret or key that a reference needs and that doesn't exist.</summary>
    private static string? FindMissing(ObjectStore store, StoredObject pod, JsonObject holder, string field, string nameField)
    {
        if (holder.GetObject(field) is not { } reference || reference.GetString(nameField) is not { } name
            || reference.GetBoolean("optional") is true)
        {
            return null;
        }

        var isConfig = field.StartsWith("configMap", StringComparison.Ordinal);
        var live = store.Find(isConfig ? Kinds.ConfigMaps : Kinds.Secrets, pod.Key.Namespace, name);
        if (live is null)
        {
            return $"{(isConfig ? "configmap" : "secret")} \"{name}\" not found";
        }

        string?[] keys = [reference.GetString("key"), .. reference.GetObjects("items").Select(i => i.GetString("key"))];
        var missing = Array.Find(
            keys, k => k is not null && live.Json.GetNode("data", k) is null && live.Json.GetNode("binaryData", k) is null);
        return missing is null ? null
            : reference["key"] is null ? $"references non-existent {(isConfig ? "config" : "secret")} key: {missing}"
            : $"couldn't find key {missing} in {(isConfig ? "ConfigMap" : "Secret")} {pod.Key.Namespace}/{name}";
    }
}
