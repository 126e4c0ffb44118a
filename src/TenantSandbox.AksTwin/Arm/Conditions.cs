namespace TenantSandbox.AksTwin.Arm;

/// <summary>The ETag headers of a call; tags count with or without quotes.</summary>
internal sealed record Conditions(string? IfMatch, string? IfNoneMatch)
{
    /// <summary>Throws 412 by the table of AKS's "use-etags": a mismatch is never a 409.</summary>
    public void Check(string? current, bool absentMayPass)
    {
        if (current is null && absentMayPass)
            return;
        if (IfMatch is not null && (current is null || (IfMatch != "*" && Bare(IfMatch) != current)))
            throw Failed($"the If-Match header '{IfMatch}' does not match the current eTag");
        if (IfNoneMatch is not null && current is not null && (IfNoneMatch == "*" || Bare(IfNoneMatch) == current))
            throw Failed($"the If-None-Match header '{IfNoneMatch}' matches: the resource exists");
    }

    private static ArmException Failed(string why) => new(412, "PreconditionFailed", $"The request failed its precondition: {why}.");

    private static string Bare(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..].Trim('"') : tag.Trim('"');
}
