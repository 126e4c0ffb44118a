namespace TenantSandbox.Core.Errors;

/// <summary>What a Kubernetes API server's errors mean for a caller (API conventions, section on response status kinds).</summary>
public static class KubernetesErrors
{
    /// <summary>Classifies an answer.</summary>
    /// <param name="status">HTTP status; 0 when there was no answer.</param>
    /// <param name="reason">The Status object's reason, such as <c>AlreadyExists</c>.</param>
    /// <param name="message">The Status object's message.</param>
    public static ErrorClass Classify(int status, string? reason, string? message) => status switch
    {
        429 => ErrorClass.Throttled,
        // A token that just expired; the next one is asked for anew.
        401 => ErrorClass.Transient,
        403 when Says(message, "exceeded quota") => ErrorClass.Quota,
        403 when Says(message, "because it is being terminated") => ErrorClass.Conflict,
        // The quota was made a moment ago and its use isn't counted yet.
        403 when Says(message, "status unknown for quota") => ErrorClass.Transient,
        404 => ErrorClass.NotFound,
        409 => ErrorClass.Conflict,
        // A list or watch that started too long ago.
        410 => ErrorClass.Transient,
        0 or 408 or >= 500 => ErrorClass.Transient,
        _ when reason is "ServerTimeout" or "Timeout" => ErrorClass.Transient,
        _ => ErrorClass.Invalid,
    };

    private static bool Says(string? message, string text) => message?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
}
