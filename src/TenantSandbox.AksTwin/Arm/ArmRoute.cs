using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>A kind of call: how it is told from others, and what answers it.</summary>
/// <param name="Name">The name for counters and faults.</param>
/// <param name="Path">A template; its fixed parts are compared without case, as ARM does.</param>
internal sealed record ArmRoute(string Name, string Method, string Path, Func<ArmCall, ArmAnswer> Answer)
{
    private readonly TemplateMatcher _path = new(TemplateParser.Parse(Path), []);

    /// <summary>The call that a request is, or null when it is another.</summary>
    public ArmCall? Match(HttpContext http)
    {
        var parts = new RouteValueDictionary();
        return http.Request.Method == Method && _path.TryMatch(http.Request.Path, parts) ? new(this, http, parts) : null;
    }
}

/// <summary>One request.</summary>
/// <param name="Parts">What its path names.</param>
internal sealed record ArmCall(ArmRoute Route, HttpContext Http, RouteValueDictionary Parts)
{
    public string? Subscription => Parts["subscription"] as string;

    public string? Group => Parts["group"] as string;

    public string? ClusterName => Parts["cluster"] as string;

    public string Pool => (string)Parts["pool"]!;

    public string ApiVersion { get; init; } = "";

    /// <summary>The cluster that the path names, once it is found.</summary>
    public ArmCluster Cluster { get; init; } = null!;

    public Fault? Fault { get; init; }

    public JsonNode? Body { get; init; }
}

/// <summary>What a call is answered, beside the headers that are set already.</summary>
internal sealed record ArmAnswer(int Status, JsonNode? Body = null);
