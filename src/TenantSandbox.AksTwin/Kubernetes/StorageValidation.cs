using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates volumes, claims and storage classes.</summary>
internal static class StorageValidation
{
    private static readonly ValidationRule AccessMode = OneOf("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");

    private static readonly ValidationRule AccessModes = (value, path) =>
        (value as JsonArray ?? []).SelectMany(mode => AccessMode(mode, path));

    /// <summary>The spec of a claim, also in templates.</summary>
    public static readonly ValidationRule ClaimSpec = ForFields(
        ("accessModes", (value, path) => value is null ? [FieldError.Required(path, "at least 1 access mode is required")] : []),
        ("accessModes", AccessModes),
        ("", CheckStorage),
        ("volumeMode", OneOf("Block", "Filesystem")),
        ("storageClassName", (value, path) =>
            value.GetString() is { Length: > 0 } name ? NameFormat.Subdomain.Check(name, path) : []));

    public static readonly ValidationRule Claim = ForFields(("spec", ClaimSpec));

    public static readonly ValidationRule Volume = ForFields(
        ("spec.accessModes", Required),
        ("spec.accessModes", AccessModes),
        ("spec.capacity", Required),
        ("spec.capacity.*", NotNegative),
        ("spec.persistentVolumeReclaimPolicy", OneOf("Delete", "Recycle", "Retain")),
        ("spec", (value, path) => value.GetObject() is { } spec && Sources(spec).Any() ? []
            : [FieldError.Required(path, "must specify a volume type")]));

    public static readonly ValidationRule StorageClass = ForFields(
        ("provisioner", Required),
        ("reclaimPolicy", OneOf("Delete", "Retain")),
        ("volumeBindingMode", OneOf("Immediate", "WaitForFirstConsumer")));

    public static IEnumerable<FieldError> CheckClaimUpdate(JsonObject json, JsonObject old)
    {
        var (isBound, size) = (old.GetString("status", "phase") == "Bound", json.GetString("spec", "resources", "requests", "storage"));
        if (!JsonNode.DeepEquals(ImmutableSpec(json, isBound, old), ImmutableSpec(old, isBound, old)))
        {
            yield return FieldError.Forbidden("spec", "spec is immutable after creation except resources.requests and "
                + "volumeAttributesClassName for bound claims");
        }
        else if (size is not null && PodResources.ParseQuantity(size) < PodResources.ParseQuantity(
            old.GetString("status", "capacity", "storage") ?? old.GetString("spec", "resources", "requests", "storage")!))
        {
            yield return FieldError.Forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
        }
    }

    public static IEnumerable<FieldError> CheckVolumeUpdate(JsonObject json, JsonObject old) =>
        JsonNode.DeepEquals(new JsonObject(Sources(json.GetObject("spec")!)), new JsonObject(Sources(old.GetObject("spec")!))) ? []
        : [FieldError.Forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation")];

    public static IEnumerable<FieldError> CheckStorageClassUpdate(JsonObject json, JsonObject old) =>
        from field in (string[])["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"]
        where !JsonNode.DeepEquals(json[field], old[field])
        select field is "reclaimPolicy" or "volumeBindingMode"
            ? FieldError.Invalid(field, json[field], "field is immutable")
            : FieldError.Forbidden(field, $"updates to {field} are forbidden.");

    private static IEnumerable<FieldError> CheckStorage(JsonNode? spec, string path) =>
        spec.GetNode("resources", "requests", "storage") is not { } storage ? [FieldError.Required($"{path}.resources[storage]")]
        : PodResources.ParseQuantity(storage.ToString()) > 0 ? []
        : [FieldError.Invalid($"{path}.resources[storage]", storage, "must be greater than zero")];

    /// <summary>A claim's spec without what may change; a volume may be set once.</summary>
    private static JsonObject ImmutableSpec(JsonObject claim, bool isBound, JsonObject old)
    {
        var spec = claim.GetObject("spec")!.Copy();
        if (isBound)
        {
            spec.EnsureObject("resources").Remove("requests");
            spec.Remove("volumeAttributesClassName");
        }

        if (old.GetString("spec", "volumeName") is null)
        {
            spec.Remove("volumeName");
        }

        return spec;
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Sources(JsonObject spec) =>
        from field in spec
        where field.Key is not ("accessModes" or "capacity" or "claimRef" or "mountOptions" or "nodeAffinity"
            or "persistentVolumeReclaimPolicy" or "storageClassName" or "volumeAttributesClassName" or "volumeMode")
        select KeyValuePair.Create(field.Key, field.Value?.DeepClone());
}
