namespace TenantSandbox.AksTwin.Arm;

/// <summary>One request.</summary>
/// <param name="Name">The name for counters and faults.</param>
/// <param name="Cluster">The cluster that the path names, once it is found.</param>
internal sealed record ArmCall(string Name, HttpContext Http, ArmCluster Cluster = null!, Fault? Fault = null, JsonNode? Body = null)
{
    public string Pool => this["pool"]!;

    /// <summary>What the path says in a place; null when it has no such place.</summary>
    public string? this[string place] => Http.Request.RouteValues[place] as string;

    /// <summary>Throws 412 by the table of AKS's "use-etags": a mismatch is never a 409. Tags count with or without quotes.</summary>
    public void CheckETag(string? current)
    {
        var (match, noneMatch) = (Bare(Http.Request.Headers.IfMatch), Bare(Http.Request.Headers.IfNoneMatch));
        // The code, and the words of the first, are AKS's (Azure/azure-cli#30309).
        if (match is not null && current is null)
        {
            throw Failed("Resource not found but ETag header is provided. If this is a request to create, please do not provide ETag.");
        }

        if ((match is not (null or "*") && match != current) || (current is not null && (noneMatch == "*" || noneMatch == current)))
        {
            throw Failed($"The ETag header does not agree with the current eTag '{current}'.");
        }
    }

    private static ArmException Failed(string why) => new(412, "PreconditionFailed", why);

    private static string? Bare(string? tag) => tag?.TrimStart('W', '/').Trim('"');
}

/// <summary>An answer to be written.</summary>
/// <param name="Poll">Where to ask how the operation goes that still runs: <c>westeurope/operations/{id}</c>.</param>
internal sealed record ArmAnswer(int Status, JsonNode? Body = null, string? Poll = null);
