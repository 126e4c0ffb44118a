namespace TenantSandbox.Core.Errors;

/// <summary>Classifies errors of a Kubernetes API server (Kubernetes API conventions, response status kind).</summary>
public static class KubernetesErrors
{
    /// <summary>Classifies a response.</summary>
    /// <param name="status">HTTP status; 0 when there was no response.</param>
    /// <param name="reason">The Status object's reason, such as <c>AlreadyExists</c>.</param>
    /// <param name="message">The Status object's message.</param>
    public static ErrorClass Classify(int status, string? reason, string? message) => status switch
    {
        429 => ErrorClass.Throttled,
        // The token has just expired; the next call gets a new one.
        401 => ErrorClass.Transient,
        403 when Contains(message, "exceeded quota") => ErrorClass.Quota,
        403 when Contains(message, "because it is being terminated") => ErrorClass.Conflict,
        // The quota was created a moment ago and its usage isn't computed yet.
        403 when Contains(message, "status unknown for quota") => ErrorClass.Transient,
        404 => ErrorClass.NotFound,
        409 => ErrorClass.Conflict,
        // A patch named the uid of an object whose name another one has now.
        422 when Contains(message, "metadata.uid: Invalid value") => ErrorClass.Conflict,
        // The resource version of a list or watch has expired.
        410 => ErrorClass.Transient,
        0 or 408 or >= 500 => ErrorClass.Transient,
        _ when reason is "ServerTimeout" or "Timeout" => ErrorClass.Transient,
        _ => ErrorClass.Invalid,
    };

    private static bool Contains(string? message, string text) => message?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
}
