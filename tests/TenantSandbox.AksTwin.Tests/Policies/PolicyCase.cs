using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;
using TenantSandbox.AksTwin.Kubernetes.Policies;

namespace TenantSandbox.AksTwin.Tests.Policies;

/// <summary>A case of <c>tests/policies</c>: a request, and what Kubernetes' own plugin says about it.</summary>
internal sealed class PolicyCase(string folder, JsonObject json)
{
    public string Name { get; } = $"{folder}: {json.GetString("name")}";

    public bool IsDenied { get; } = json.GetString("expect") == "deny";

    /// <summary>A part of the denial's message: the rule.</summary>
    public string Message { get; } = json.GetString("message") ?? "";

    /// <summary>The request's namespace; a namespace is in itself.</summary>
    public string Namespace => Kind == "Namespace" ? About.GetString("metadata", "name")! : json.GetString("namespace") ?? About.GetString("metadata", "namespace") ?? "";

    public JsonObject? NamespaceLabels => json.GetObject("namespaceLabels");

    private JsonObject About => json.GetObject("object") ?? json.GetObject("oldObject")!;

    private string Kind => About.GetString("kind")!;

    public AdmissionRequest ToRequest()
    {
        var version = About.GetString("apiVersion")!.Split('/');
        var kind = Kinds.All.FirstOrDefault(k => k.ApiVersion == About.GetString("apiVersion") && k.Kind == Kind);
        var (operation, user) = (json.GetString("operation") ?? "CREATE", json.GetObject("user"));
        return new(
            operation, version.Length == 1 ? "" : version[0], version[^1], Kind,
            json.GetString("resource") ?? kind?.Plural ?? Kind.ToLowerInvariant() + "s", json.GetString("subresource") ?? "", Namespace,
            About.GetString("metadata", "name") ?? "", Decode(kind, json.GetObject("object")), Decode(kind, json.GetObject("oldObject")),
            new(user.GetString("name") ?? "judge", [.. user.GetStrings("groups")]), json.GetBoolean("dryRun") is true);
    }

    /// <summary>Decodes an object of a kind that the twin serves, so that empty lists and maps are left out as in the store.</summary>
    private static JsonObject? Decode(ResourceKind? kind, JsonObject? json)
    {
        var decoded = json is null || kind is null ? json?.Copy() : ObjectDecoder.Decode(kind, json, []);
        decoded?.Remove("apiVersion");
        decoded?.Remove("kind");
        return decoded;
    }
}
