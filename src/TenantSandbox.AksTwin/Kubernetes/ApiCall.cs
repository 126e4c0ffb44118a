using Microsoft.AspNetCore.Http;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>What a request asks for, read from its method, path and query.</summary>
internal sealed record ApiCall(string Verb, ResourceKind? Kind, string Namespace, string Name, string Subresource, IQueryCollection Query)
{
    /// <summary>As calls are counted and faults are scripted: <c>kube.pods.list</c>, <c>kube.pods/log.get</c>.</summary>
    public string Title => $"kube.{(Kind is null ? "other" : Subresource.Length > 0 ? $"{Kind.Plural}/{Subresource}" : Kind.Plural)}.{Verb}";

    public ObjectKey Key => new(Kind!, Namespace, Name);

    public string Text(string parameter) => Query[parameter].ToString();

    public bool Flag(string parameter) => Text(parameter) is "true" or "1" or "True";

    public bool DryRun => Text("dryRun") switch
    {
        "" => false,
        "All" => true,
        var other => throw StatusException.Invalid("meta.k8s.io", "PatchOptions", "", [FieldError.NotSupported("dryRun", other, "All")]),
    };

    public long? Number(string parameter) => Text(parameter) switch
    {
        "" => null,
        var text => long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var n) && n >= 0
            ? n : throw StatusException.BadRequest($"invalid {parameter}: \"{text}\" is not a number"),
    };

    /// <summary>Reads a request; <see cref="Kind"/> is null for what isn't a resource.</summary>
    public static ApiCall Parse(HttpRequest request)
    {
        var parts = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        var method = request.Method;
        var (group, version, rest) = parts switch
        {
            ["api", "v1", .. var r] => ("", "v1", r),
            ["apis", var g, var v, .. var r] => (g, v, r),
            _ => ("", "", []),
        };
        var call = new ApiCall(method.ToLowerInvariant(), null, "", "", "", request.Query);
        if (rest.Length == 0)
            return call;
        var (ns, resource, name, sub) = rest switch
        {
            ["namespaces", var n, "status" or "finalize"] => ("", "namespaces", n, rest[2]),
            ["namespaces", var n, var r, .. var tail] when tail.Length <= 2 => (n, r, tail.ElementAtOrDefault(0) ?? "", tail.ElementAtOrDefault(1) ?? ""),
            [var r, .. var tail] when tail.Length <= 2 => ("", r, tail.ElementAtOrDefault(0) ?? "", tail.ElementAtOrDefault(1) ?? ""),
            _ => ("", "", "", ""),
        };
        var kind = Kinds.Find(group, version, resource) ?? throw StatusException.NoSuchPath();
        if (kind.Namespaced != (ns.Length > 0) && (name.Length > 0 || !kind.Namespaced || method != "GET"))
            throw kind.Namespaced && name.Length == 0 ? StatusException.MethodNotAllowed() : StatusException.NoSuchPath();
        if (sub.Length > 0 && !Subresources(kind).Contains(sub))
            throw StatusException.NoSuchPath();
        var one = name.Length > 0;
        call = call with { Kind = kind, Namespace = ns, Name = name, Subresource = sub };
        return call with
        {
            Verb = method switch
            {
                "GET" or "HEAD" => one ? "get" : call.Flag("watch") ? "watch" : "list",
                "POST" when !one => "create",
                "PUT" when one && sub != "log" => "update",
                "PATCH" when one && sub != "log" => "patch",
                "DELETE" when sub.Length == 0 => one ? "delete" : kind == Kinds.Namespaces ? throw StatusException.MethodNotAllowed() : "deletecollection",
                _ => throw StatusException.MethodNotAllowed(),
            },
        };
    }

    public static IEnumerable<string> Subresources(ResourceKind kind)
    {
        if (kind.HasStatus)
            yield return "status";
        if (kind.HasScale)
            yield return "scale";
        if (kind == Kinds.Pods)
            yield return "log";
        if (kind == Kinds.Namespaces)
            yield return "finalize";
    }
}
