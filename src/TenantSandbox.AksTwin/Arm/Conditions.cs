using Microsoft.AspNetCore.Http;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>The ETag headers of a call; tags count with or without quotes.</summary>
internal sealed record Conditions(string? IfMatch, string? IfNoneMatch)
{
    public static Conditions Of(HttpRequest request) => new(request.Headers.IfMatch.FirstOrDefault(), request.Headers.IfNoneMatch.FirstOrDefault());

    /// <summary>Throws 412 by the table of AKS's "use-etags": a mismatch is never a 409.</summary>
    public void Check(string? current)
    {
        // The code, and the words of the first, are AKS's (Azure/azure-cli#30309).
        if (IfMatch is not null && current is null)
            throw Failed("Resource not found but ETag header is provided. If this is a request to create, please do not provide ETag.");
        if (IfMatch is not null && IfMatch != "*" && Bare(IfMatch) != current)
            throw Failed($"The If-Match header '{IfMatch}' does not match the current eTag.");
        if (IfNoneMatch is not null && current is not null && (IfNoneMatch == "*" || Bare(IfNoneMatch) == current))
            throw Failed($"The If-None-Match header '{IfNoneMatch}' matches: the resource exists.");
    }

    private static ArmException Failed(string why) => new("PreconditionFailed", why, status: 412);

    private static string Bare(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..].Trim('"') : tag.Trim('"');
}
