using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>What a request asks for, read from its method, path, query and headers; <paramref name="Kind"/> is null for what isn't a resource.</summary>
internal sealed record ApiCall(
    HttpRequest Request, string Verb, ResourceKind? Kind = null, string Namespace = "", string Name = "", string Subresource = "")
{
    /// <summary>As calls are counted and faults are scripted: <c>kube.pods.list</c>, <c>kube.pods/log.get</c>.</summary>
    public string Title => $"kube.{(Kind is null ? "other" : Subresource.Length > 0 ? $"{Kind.Plural}/{Subresource}" : Kind.Plural)}.{Verb}";

    public ObjectKey Key => new(Kind!, Namespace, Name);

    /// <summary>Whether the client wants what is found as a table, as kubectl does.</summary>
    public bool AsTable { get; } = Kind is not null && Negotiate(Request);

    public string MediaType => Request.ContentType?.Split(';')[0].Trim() is { Length: > 0 } type ? type : "application/json";

    /// <summary>Who writes: as said, or else the program's name.</summary>
    public string Manager => ((string[])[Text("fieldManager"), Request.Headers.UserAgent.ToString().Split('/')[0], "unknown"]).First(n => n.Length > 0);

    public bool DryRun => Text("dryRun") switch
    {
        "" => false,
        "All" => true,
        var other => throw StatusException.Invalid("meta.k8s.io", "PatchOptions", "", FieldError.NotSupported("dryRun", other, "All")),
    };

    public string Text(string parameter) => Request.Query[parameter].ToString();

    public bool Flag(string parameter) => Text(parameter) is "true" or "1" or "True";

    public long? Number(string parameter) => Text(parameter) switch
    {
        "" => null,
        var text when long.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= 0 => number,
        var text => throw StatusException.BadRequest($"invalid {parameter}: \"{text}\" is not a number"),
    };

    public static ApiCall Parse(HttpRequest request)
    {
        var (group, rest) = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["api", "v1", .. var r] => ("", r),
            ["apis", var g, "v1", .. var r] => (g, r),
            _ => ("", []),
        };
        if (rest.Length == 0)
            return new(request, request.Method.ToLowerInvariant());
        var (ns, resource, tail) = rest is ["namespaces", var n, var inside, .. var below] ? (n, inside, below) : ("", rest[0], rest[1..]);
        var kind = Kinds.All.FirstOrDefault(k => k.Group == group && k.Plural == resource);
        var (name, log) = tail switch
        {
            [] => ("", ""),
            [var one] => (one, ""),
            [var one, "log"] when kind == Kinds.Pods => (one, "log"),
            _ => throw StatusException.NoSuchPath(),
        };
        var inPlace = kind?.Namespaced == (ns.Length > 0);
        if (kind is null || (!inPlace && (!kind.Namespaced || name.Length > 0)))
            throw StatusException.NoSuchPath();
        var verb = (request.Method, name, log) switch
        {
            ("GET" or "HEAD", "", _) => request.Query["watch"] == "true" || request.Query["watch"] == "1" ? "watch" : "list",
            ("GET" or "HEAD", _, _) => "get",
            ("POST", "", _) when inPlace => "create",
            ("PUT", not "", "") => "update",
            ("PATCH", not "", "") => "patch",
            ("DELETE", not "", "") => "delete",
            _ => throw StatusException.MethodNotAllowed(),
        };
        return new(request, verb, kind, ns, name, log);
    }

    private static bool Negotiate(HttpRequest request)
    {
        foreach (var type in request.Headers.Accept.ToString().Replace(" ", "", StringComparison.Ordinal).Split(','))
        {
            if (type.StartsWith("application/json;", StringComparison.Ordinal) && type.Split(';') is var options && options.Contains("as=Table"))
            {
                if (options.Contains("v=v1"))
                    return true;
            }
            else if (type.Split(';') is ["" or "*/*" or "application/*" or "application/json" or "text/plain", ..])
            {
                return false;
            }
        }

        throw new StatusException(406, "NotAcceptable", "only the following media types are accepted: "
            + "application/json, application/json;as=Table;v=v1;g=meta.k8s.io");
    }
}
