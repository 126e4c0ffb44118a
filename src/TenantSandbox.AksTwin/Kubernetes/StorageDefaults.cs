using static TenantSandbox.AksTwin.Kubernetes.DefaultRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The defaults of volumes, claims and storage classes.</summary>
internal static class StorageDefaults
{
    public static readonly Action<JsonObject> Claim = ForParts(
        ("", Always("""{"spec":{"volumeMode":"Filesystem"}}""")),
        // Requests default to limits.
        ("spec.resources", r => Fill(r, JsonTemplate.Fill($$"""{"requests":{{r["limits"]}} }"""))));

    public static readonly Action<JsonObject> ClaimTemplate = ForParts(
        ("", Claim),
        ("", Always("""{"apiVersion":"v1","kind":"PersistentVolumeClaim","status":{"phase":"Pending"}}""")));

    public static readonly Action<JsonObject> Volume =
        Always("""{"spec":{"persistentVolumeReclaimPolicy":"Retain","volumeMode":"Filesystem"}}""");

    public static readonly Action<JsonObject> StorageClass = Always("""{"reclaimPolicy":"Delete","volumeBindingMode":"Immediate"}""");
}
