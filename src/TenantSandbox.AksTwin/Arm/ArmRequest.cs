namespace TenantSandbox.AksTwin.Arm;

/// <summary>A request to the ARM API.</summary>
/// <param name="CallName">Name of the call for <see cref="CallCounter"/> and injected faults.</param>
/// <param name="Cluster">The cluster that the path names; set before a handler runs.</param>
internal sealed record ArmRequest(
    string CallName, HttpContext Http, ArmCluster Cluster = null!, InjectedFault? Fault = null, JsonNode? Body = null)
{
    /// <summary>The permission that the call needs; null where the path names nothing.</summary>
    public string? Action { get; init; }

    public string Pool => this["pool"]!;

    /// <summary>A route value; null if the route has no such parameter.</summary>
    public string? this[string routeParameter] => Http.Request.RouteValues[routeParameter] as string;

    /// <summary>
    /// Checks If-Match and If-None-Match by the table of AKS's documentation "use-etags"; quotes around tags are optional.
    /// </summary>
    /// <exception cref="ArmException">412: a condition isn't met.</exception>
    public void CheckETag(string? current)
    {
        var (match, noneMatch) = (Unquote(Http.Request.Headers.IfMatch), Unquote(Http.Request.Headers.IfNoneMatch));
        // Code and first message as AKS returns them (Azure/azure-cli#30309).
        if (match is not null && current is null)
        {
            throw PreconditionFailed(
                "Resource not found but ETag header is provided. If this is a request to create, please do not provide ETag.");
        }

        if ((match is not (null or "*") && match != current) || (current is not null && (noneMatch == "*" || noneMatch == current)))
        {
            throw PreconditionFailed($"The ETag header does not agree with the current eTag '{current}'.");
        }
    }

    private static ArmException PreconditionFailed(string message) => new(412, "PreconditionFailed", message);

    private static string? Unquote(string? tag) => tag?.TrimStart('W', '/').Trim('"');
}

/// <summary>A response of the ARM API.</summary>
/// <param name="OperationPath">Status URL of a running operation, relative to <c>locations</c>: <c>westeurope/operations/{id}</c>.</param>
internal sealed record ArmResponse(int Status, JsonNode? Body = null, string? OperationPath = null);
