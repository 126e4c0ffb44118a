namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>What a request asks for, read from its method, path, query and headers.</summary>
/// <param name="Kind">Null for what isn't a resource.</param>
internal sealed record ApiCall(
    HttpRequest Request, string Verb, ResourceKind? Kind = null, string Namespace = "", string Name = "", string Subresource = "")
{
    /// <summary>As calls are counted and faults are scripted: <c>kube.pods.list</c>, <c>kube.pods/log.get</c>.</summary>
    public string Title => $"kube.{$"{Kind?.Plural ?? "other"}/{Subresource}".TrimEnd('/')}.{Verb}";

    public ObjectKey Key => new(Kind!, Namespace, Name);

    /// <summary>Whether the client wants what is found as a table, as kubectl does.</summary>
    public bool AsTable { get; } = Kind is not null && Negotiate(Request);

    public string MediaType => Request.ContentType?.Split(';')[0].Trim() is { Length: > 0 } type ? type : "application/json";

    /// <summary>Who writes: as said, or else the program's name.</summary>
    public string Manager =>
        ((string[])[Text("fieldManager"), Request.Headers.UserAgent.ToString().Split('/')[0], "unknown"]).First(name => name.Length > 0);

    public bool DryRun => Text("dryRun") switch
    {
        "" => false,
        "All" => true,
        var other => throw StatusException.BadOptions("PatchOptions", FieldError.NotSupported("dryRun", other, "All")),
    };

    public string Text(string parameter) => Request.Query[parameter].ToString();

    public bool Flag(string parameter) => Text(parameter) is "true" or "1" or "True";

    public long? Number(string parameter) => Text(parameter) switch
    {
        "" => null,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        var text => throw StatusException.BadRequest($"invalid {parameter}: \"{text}\" is not a number"),
    };

    public static ApiCall Parse(HttpRequest request)
    {
        var (group, rest) = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["api", "v1", .. var core] => ("", core),
            ["apis", var named, "v1", .. var others] => (named, others),
            _ => ("", []),
        };
        if (rest.Length == 0)
        {
            return new(request, request.Method.ToLowerInvariant());
        }

        var (ns, plural, tail) = rest is ["namespaces", var name, var inside, .. var below]
            ? (name, inside, below) : ("", rest[0], rest[1..]);
        var kind = Kinds.All.FirstOrDefault(k => k.Group == group && k.Plural == plural);
        var isInPlace = kind?.Namespaced == (ns.Length > 0);
        var call = tail switch
        {
            [] when isInPlace || kind is { Namespaced: true } => new ApiCall(request, "", kind, ns),
            [var one] when isInPlace => new(request, "", kind, ns, one),
            [var one, "log"] when isInPlace && kind == Kinds.Pods => new(request, "", kind, ns, one, "log"),
            _ => throw StatusException.NoSuchPath(),
        };
        return call with
        {
            Verb = (request.Method, call.Name, call.Subresource) switch
            {
                ("GET" or "HEAD", "", _) => call.Flag("watch") ? "watch" : "list",
                ("GET" or "HEAD", _, _) => "get",
                ("POST", "", _) when isInPlace => "create",
                ("PUT", not "", "") => "update",
                ("PATCH", not "", "") => "patch",
                ("DELETE", not "", "") => "delete",
                _ => throw StatusException.MethodNotAllowed(),
            },
        };
    }

    private static bool Negotiate(HttpRequest request)
    {
        var types = request.Headers.Accept.ToString().Split(',').Select(type => type.Split(';', StringSplitOptions.TrimEntries));
        var accepted = types.FirstOrDefault(type => type[0] is "" or "*/*" or "application/*" or "application/json" or "text/plain"
            && (type.Contains("as=Table") ? type.Contains("v=v1") : !type.Any(o => o.StartsWith("as=", StringComparison.Ordinal))));
        return accepted?.Contains("as=Table") ?? throw new StatusException(406, "NotAcceptable",
            "only the following media types are accepted: application/json, application/json;as=Table;v=v1;g=meta.k8s.io");
    }
}
