using System.Text.Encodings.Web;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// One immutable version of an object. It is serialized once, for any number of readers; the JSON tree is only read under the
/// cluster's lock.
/// </summary>
internal sealed class StoredObject
{
    public static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private JsonObject? _json;
    private PodResources? _resources;

    public StoredObject(ObjectKey key, JsonObject json, long revision)
    {
        Key = key;
        Revision = revision;
        Uid = json.GetString("metadata", "uid") ?? "";
        // An object created by a dry run has no revision.
        if (revision > 0)
        {
            json.EnsureObject("metadata")["resourceVersion"] = $"{revision}";
        }

        Utf8 = Encoding.UTF8.GetBytes(json.ToJsonString(Compact));
        _json = key.Kind.IsCold ? null : json;
    }

    public ObjectKey Key { get; }

    public long Revision { get; }

    public string Uid { get; }

    /// <summary>The serialized object without apiVersion and kind, as in the items of a list.</summary>
    public byte[] Utf8 { get; }

    /// <summary>Read-only; <see cref="CopyJson"/> returns a copy to change.</summary>
    public JsonObject Json => _json ?? (JsonObject)JsonParser.Parse(Utf8)!;

    public PodResources Resources => _resources ??= PodResources.OfPod(Json.GetObject("spec"));

    public bool IsTerminating => Json.GetNode("metadata", "deletionTimestamp") is not null;

    public bool IsReady => Condition.IsTrue(Json, "Ready");

    /// <summary>Whether a pod has succeeded or failed.</summary>
    public bool HasEnded => Json.GetString("status", "phase") is "Succeeded" or "Failed";

    /// <summary>The node that a pod is bound to.</summary>
    public string? NodeName => Json.GetString("spec", "nodeName");

    /// <summary>Uid of the controlling owner, or null.</summary>
    public string? ControllerUid =>
        Json.GetObjects("metadata", "ownerReferences").FirstOrDefault(o => o.GetBoolean("controller") is true).GetString("uid");

    /// <summary>Releases the JSON tree of an outdated version, which is seldom read; it is parsed again on demand.</summary>
    public void ReleaseJson() => _json = null;

    public bool HasFinalizer(string name) => Json.GetStrings("metadata", "finalizers").Contains(name);

    public JsonObject CopyJson() => Json.Copy();

    /// <summary>The ownerReferences of an object that this one controls.</summary>
    public JsonArray ToControllerReferences() => new(JsonTemplate.Fill($$"""
        {"apiVersion":{{Key.Kind.ApiVersion}},"kind":{{Key.Kind.Kind}},"name":{{Key.Name}},"uid":{{Uid}},
        "controller":true,"blockOwnerDeletion":true}
        """));

    /// <summary>The same object with another revision: a DELETED event has the last state with the revision of the removal.</summary>
    public StoredObject WithRevision(long revision) => revision == Revision ? this : new(Key, CopyJson(), revision);

    /// <summary>The serialized object with apiVersion and kind.</summary>
    public byte[] ToDocument() =>
        [.. Encoding.UTF8.GetBytes($$"""{"kind":"{{Key.Kind.Kind}}","apiVersion":"{{Key.Kind.ApiVersion}}","""), .. Utf8.AsSpan(1)];
}
