using TenantSandbox.AksTwin.Cel;

namespace TenantSandbox.AksTwin.Kubernetes.Policies;

/// <summary>A write as admission sees it.</summary>
/// <param name="Operation">CREATE, UPDATE or DELETE.</param>
/// <param name="Kind">Of the object; a subresource may have another than its resource.</param>
/// <param name="Namespace">Empty for cluster-scoped objects, and the name of a namespace itself.</param>
/// <param name="Name">Empty if the API server generates it.</param>
/// <param name="Object">Null for a deletion.</param>
/// <param name="OldObject">Null for a creation.</param>
internal sealed record AdmissionRequest(
    string Operation, string Group, string Version, string Kind, string Resource, string Subresource, string Namespace, string Name,
    JsonObject? Object, JsonObject? OldObject, UserInfo User, bool IsDryRun = false)
{
    /// <summary>The type that expressions see of <c>request</c>. Kubernetes leaves out empty fields.</summary>
    public static readonly CelType Type = TypeOfRequest();

    public bool IsNamespace => Group.Length == 0 && Resource == "namespaces";

    /// <summary>The name for error messages.</summary>
    public string DisplayName => Name.Length > 0 ? Name : Object.GetString("metadata", "generateName") is { Length: > 0 } prefix ? prefix : "Unknown";

    public static AdmissionRequest For(
        string operation, ResourceKind kind, string ns, string name, JsonObject? json, JsonObject? old, UserInfo user, bool isDryRun) =>
        new(operation, kind.Group, kind.Version, kind.Kind, kind.Plural, "", kind == Kinds.Namespaces ? name : ns, name, json, old, user, isDryRun);

    /// <summary>The objects and the request as values of CEL.</summary>
    public CelMap? ObjectValue => ToValue(Object);

    public CelMap? OldObjectValue => ToValue(OldObject);

    public ICelMap ToValue()
    {
        var kind = JsonTemplate.Fill($$"""{"group":{{Group}},"version":{{Version}},"kind":{{Kind}} }""");
        var resource = JsonTemplate.Fill($$"""{"group":{{Group}},"version":{{Version}},"resource":{{Resource}} }""");
        var options = $"{Operation[0]}{Operation[1..].ToLowerInvariant()}Options";
        return new CelJsonMap(JsonTemplate.Fill($$$"""
            {"kind":{{{kind}}},"resource":{{{resource}}},"requestKind":{{{kind}}},"requestResource":{{{resource}}},
            "subResource":{{{OrNull(Subresource)}}},"requestSubResource":{{{OrNull(Subresource)}}},"name":{{{OrNull(Name)}}},
            "namespace":{{{OrNull(Namespace)}}},"operation":{{{Operation}}},"dryRun":{{{IsDryRun}}},
            "userInfo":{"username":{{{User.Name}}},"uid":{{{OrNull(User.Uid)}}},"groups":{{{User.Groups}}}},
            "options":{"apiVersion":"meta.k8s.io/v1","kind":{{{options}}}}}
            """));
    }

    private static string? OrNull(string text) => text.Length == 0 ? null : text;

    /// <summary>Stored objects have neither apiVersion nor kind.</summary>
    private CelMap? ToValue(JsonObject? json)
    {
        if (json is null)
        {
            return null;
        }

        var value = new CelMap();
        value.TryAdd("apiVersion", Group.Length == 0 ? Version : $"{Group}/{Version}");
        value.TryAdd("kind", Kind);
        foreach (var (name, node) in json)
        {
            value.TryAdd(name, CelValues.FromJson(node));
        }

        return value;
    }

    private static CelType TypeOfRequest()
    {
        var kind = CelType.Object(("group", CelType.String), ("version", CelType.String), ("kind", CelType.String));
        var resource = CelType.Object(("group", CelType.String), ("version", CelType.String), ("resource", CelType.String));
        var user = CelType.Object(
            ("username", CelType.String), ("uid", CelType.String), ("groups", CelType.List(CelType.String)),
            ("extra", CelType.Map(CelType.String, CelType.List(CelType.String))));
        return CelType.Object(
            ("kind", kind), ("resource", resource), ("subResource", CelType.String), ("requestKind", kind), ("requestResource", resource),
            ("requestSubResource", CelType.String), ("name", CelType.String), ("namespace", CelType.String), ("operation", CelType.String),
            ("userInfo", user), ("dryRun", CelType.Bool), ("options", CelType.Dyn));
    }
}
