namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A request to the Kubernetes API, parsed from method, path, query and headers.</summary>
/// <param name="Kind">Null if the path doesn't name a resource.</param>
internal sealed record ApiRequest(
    HttpRequest Request, string Verb, ResourceKind? Kind = null, string Namespace = "", string Name = "", string Subresource = "")
{
    /// <summary>
    /// Name of the call for <see cref="CallCounter"/> and injected faults: <c>kube.pods.list</c>, <c>kube.pods/log.get</c>.
    /// </summary>
    public string CallName => $"kube.{$"{Kind?.Plural ?? "other"}/{Subresource}".TrimEnd('/')}.{Verb}";

    public ObjectKey Key => new(Kind!, Namespace, Name);

    /// <summary>Whether the client prefers a Table response, as kubectl does.</summary>
    public bool WantsTable => Representation == "Table";

    /// <summary>Whether the client wants only the metadata of objects.</summary>
    public bool WantsMetadata => Representation is "PartialObjectMetadata" or "PartialObjectMetadataList";

    /// <summary>The form of the response that the client prefers; empty for the objects themselves.</summary>
    private string Representation { get; } = Kind is null || Subresource == "log" ? "" : PreferredRepresentation(Request);

    /// <summary>The media type of a server-side apply.</summary>
    public const string ApplyPatch = "application/apply-patch+yaml";

    public bool IsApply => MediaType == ApplyPatch;

    public string MediaType => Request.ContentType?.Split(';')[0].Trim() is { Length: > 0 } type ? type : "application/json";

    /// <summary>The field manager from the query, else the product name of the User-Agent.</summary>
    public string FieldManager =>
        ((string[])[GetQuery("fieldManager"), Request.Headers.UserAgent.ToString().Split('/')[0], "unknown"])
        .First(name => name.Length > 0);

    public bool IsDryRun => GetQueryValues("dryRun").Contains("All");

    /// <summary>The values of a parameter that can be given several times.</summary>
    public string[] GetQueryValues(string parameter) => [.. Request.Query[parameter].OfType<string>().Where(value => value.Length > 0)];

    public string GetQuery(string parameter) => Request.Query[parameter].ToString();

    public bool GetQueryFlag(string parameter) => GetQuery(parameter) is "true" or "1" or "True";

    public long? GetQueryNumber(string parameter, NumberStyles styles = NumberStyles.None) => GetQuery(parameter) switch
    {
        "" => null,
        var text when long.TryParse(text, styles, CultureInfo.InvariantCulture, out var number) => number,
        var text => throw StatusException.BadRequest($"invalid {parameter}: \"{text}\" is not a number"),
    };

    public static ApiRequest Parse(HttpRequest request)
    {
        var (group, version, rest) = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["api", "v1", .. var core] => ("", "v1", core),
            ["apis", var named, var numbered, .. var others] => (named, numbered, others),
            _ => ("", "", []),
        };
        if (rest.Length == 0)
        {
            return new(request, request.Method.ToLowerInvariant());
        }

        var (ns, plural, tail) = rest is ["namespaces", var name, var inside, .. var below]
            ? (name, inside, below) : ("", rest[0], rest[1..]);
        var kind = Kinds.All.FirstOrDefault(k => k.Group == group && k.Version == version && k.Plural == plural);
        var isValidScope = kind?.IsNamespaced == (ns.Length > 0);
        var call = tail switch
        {
            [] when isValidScope || kind is { IsNamespaced: true } => new ApiRequest(request, "", kind, ns),
            [var one] when isValidScope => new(request, "", kind, ns, one),
            [var one, "log"] when isValidScope && kind == Kinds.Pods => new(request, "", kind, ns, one, "log"),
            _ => throw StatusException.NoSuchPath(),
        };
        return call with
        {
            Verb = (request.Method, call.Name, call.Subresource) switch
            {
                ("GET" or "HEAD", "", _) => call.GetQueryFlag("watch") ? "watch" : "list",
                ("GET" or "HEAD", _, _) => "get",
                ("POST", "", _) when isValidScope => "create",
                ("PUT", not "", "") => "update",
                ("PATCH", not "", "") => "patch",
                ("DELETE", not "", "") => "delete",
                _ => throw StatusException.MethodNotAllowed(),
            },
        };
    }

    private static readonly string[] Representations = ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"];

    private static string PreferredRepresentation(HttpRequest request)
    {
        var types = request.Headers.Accept.ToString().Split(',').Select(type => type.Split(';', StringSplitOptions.TrimEntries));
        var accepted = types.FirstOrDefault(type => type[0] is "" or "*/*" or "application/*" or "application/json"
            && (FormOf(type) is { Length: > 0 } form ? Representations.Contains(form) && type.Contains("v=v1") : true));
        return accepted is null
            ? throw new StatusException(406, "NotAcceptable", "only the following media types are accepted: application/json, "
                + string.Join(", ", Representations.Select(r => $"application/json;as={r};v=v1;g=meta.k8s.io")))
            : FormOf(accepted);

        static string FormOf(string[] type) => type.FirstOrDefault(o => o.StartsWith("as=", StringComparison.Ordinal))?["as=".Length..] ?? "";
    }
}

/// <summary>A serialized response.</summary>
internal sealed record ApiResponse(int Status, byte[] Body, string ContentType = "application/json")
{
    public ApiResponse(int status, JsonObject json) : this(status, JsonSerializer.SerializeToUtf8Bytes(json)) { }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public int? RetryAfter { get; init; }
}
