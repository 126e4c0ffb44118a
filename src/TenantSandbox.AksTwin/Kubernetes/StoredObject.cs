using System.Text.Encodings.Web;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// One version of an object; never changed once stored. The bytes are what goes over the wire, made once for any number of readers,
/// so requests only touch the object's tree under the twin's lock.
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
        Uid = json.Text("metadata", "uid") ?? "";
        // What a dry run creates has none.
        if (revision > 0)
        {
            json.Ensure("metadata")["resourceVersion"] = $"{revision}";
        }

        Utf8 = Encoding.UTF8.GetBytes(json.ToJsonString(Compact));
        _json = key.Kind.Cold ? null : json;
    }

    public ObjectKey Key { get; }

    public long Revision { get; }

    public string Uid { get; }

    /// <summary>The object without apiVersion and kind, which lists leave out.</summary>
    public byte[] Utf8 { get; }

    /// <summary>To be read only; <see cref="Edit"/> gives a copy to change.</summary>
    public JsonObject Json => _json ?? (JsonObject)AksTwin.Json.Parse(Utf8)!;

    public PodResources Resources => _resources ??= PodResources.Of(Json.Object("spec"));

    public bool IsTerminating => Json.At("metadata", "deletionTimestamp") is not null;

    public bool IsReady => Condition.Holds(Json, "Ready");

    /// <summary>Whether a pod has come to its end.</summary>
    public bool HasEnded => Json.Text("status", "phase") is "Succeeded" or "Failed";

    /// <summary>The node that a pod is bound to.</summary>
    public string? NodeName => Json.Text("spec", "nodeName");

    /// <summary>The uid of the controller that made it.</summary>
    public string? Controller => Json.Items("metadata", "ownerReferences").FirstOrDefault(o => o.Flag("controller") is true).Text("uid");

    /// <summary>Keeps the bytes only: what is history is seldom read.</summary>
    public void Retire() => _json = null;

    public bool HasFinalizer(string name) => Json.Texts("metadata", "finalizers").Contains(name);

    public JsonObject Edit() => Json.Copy();

    /// <summary>How an object names this one as the controller that made it.</summary>
    public JsonArray AsController() => new(AksTwin.Json.Of($$"""
        {"apiVersion":{{Key.Kind.ApiVersion}},"kind":{{Key.Kind.Kind}},"name":{{Key.Name}},"uid":{{Uid}},
        "controller":true,"blockOwnerDeletion":true}
        """));

    /// <summary>The same as of another revision: a removal shows what was last, with its own.</summary>
    public StoredObject At(long revision) => revision == Revision ? this : new(Key, Edit(), revision);

    /// <summary>A whole object as a client sees it.</summary>
    public byte[] Document() =>
        [.. Encoding.UTF8.GetBytes($$"""{"kind":"{{Key.Kind.Kind}}","apiVersion":"{{Key.Kind.ApiVersion}}","""), .. Utf8.AsSpan(1)];
}
