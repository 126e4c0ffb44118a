using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>A kind of call: how it is told from others, and what answers it.</summary>
/// <param name="Name">The name for counters and faults.</param>
/// <param name="Path">A template; its fixed parts are compared without case, as ARM does.</param>
internal sealed record ArmRoute(string Name, string Method, string Path, Func<ArmCall, ArmAnswer?> Answer)
{
    private readonly TemplateMatcher _path = new(TemplateParser.Parse(Path), []);

    /// <summary>The call that a request is, or null when it is another.</summary>
    public ArmCall? Match(HttpRequest request)
    {
        var parts = new RouteValueDictionary();
        return request.Method == Method && _path.TryMatch(request.Path, parts) ? new(this, request, parts) : null;
    }
}

/// <summary>One request.</summary>
/// <param name="Parts">What its path names.</param>
internal sealed record ArmCall(ArmRoute Route, HttpRequest Request, RouteValueDictionary Parts)
{
    public string Pool => this["pool"]!;

    /// <summary>The cluster that the path names, once it is found.</summary>
    public ArmCluster Cluster { get; init; } = null!;

    public Fault? Fault { get; init; }

    public JsonNode? Body { get; init; }

    public string? this[string part] => Parts[part] as string;

    /// <summary>Throws 412 by the table of AKS's "use-etags": a mismatch is never a 409. Tags count with or without quotes.</summary>
    public void CheckETag(string? current)
    {
        var (match, noneMatch) = (Request.Headers.IfMatch.FirstOrDefault(), Request.Headers.IfNoneMatch.FirstOrDefault());
        // The code, and the words of the first, are AKS's (Azure/azure-cli#30309).
        if (match is not null && current is null)
            throw Failed("Resource not found but ETag header is provided. If this is a request to create, please do not provide ETag.");
        if (match is not (null or "*") && Bare(match) != current)
            throw Failed($"The If-Match header '{match}' does not match the current eTag.");
        if (noneMatch is not null && current is not null && (noneMatch == "*" || Bare(noneMatch) == current))
            throw Failed($"The If-None-Match header '{noneMatch}' matches: the resource exists.");
    }

    private static ArmException Failed(string why) => new("PreconditionFailed", why, status: 412);

    private static string Bare(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..].Trim('"') : tag.Trim('"');
}

/// <summary>An answer to be written.</summary>
/// <param name="Poll">Where to ask how the operation goes that still runs: <c>westeurope/operations/{id}</c>.</param>
internal sealed record ArmAnswer(int Status, JsonNode? Body = null, string? Poll = null);
