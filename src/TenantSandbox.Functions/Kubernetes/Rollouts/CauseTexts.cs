using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>
/// Distinguishes by their messages failures that Kubernetes reports under one reason. The texts are those of containerd, of
/// distribution registries and of runc and kata-agent.
/// </summary>
internal static class CauseTexts
{
    // The registry couldn't be reached or was overloaded: also if the rest of the message names the image.
    private static readonly string[] RegistryUnavailable =
    [
        "toomanyrequests", "too many requests", "429", "rate limit", "timeout", "timed out", "deadline exceeded", "connection refused", "connection reset",
        "no route to host", "temporary failure in name resolution", "server misbehaving", "no such host", "tls handshake", "unexpected eof",
        "500 internal server error", "502 bad gateway", "503 service unavailable", "504 gateway", "no space left on device", "qps exceeded",
    ];

    private static readonly string[] ImageWrong =
    [
        "not found", "manifest unknown", "name unknown", "pull access denied", "repository does not exist", "unauthorized", "authentication required",
        "access denied", "403 forbidden", "insufficient_scope", "invalid reference", "no match for platform", "no matching manifest",
    ];

    private static readonly string[] CommandWrong =
    [
        "executable file not found", "no such file or directory", "permission denied", "exec format error", "is a directory", "not a directory",
    ];

    private static readonly string[] StorageExceeded = ["exceeds the limit", "exceeds the total limit", "exceeded its local ephemeral storage limit"];

    /// <summary>Null when the message doesn't tell: then waiting may help, and the tenant isn't blamed.</summary>
    public static ErrorClass? ClassOfPull(string message) =>
        Contains(message, RegistryUnavailable) ? ErrorClass.Transient
        : Contains(message, ImageWrong) ? ErrorClass.Invalid
        : null;

    /// <summary>Invalid when the image lacks the command, transient when the runtime failed.</summary>
    public static ErrorClass ClassOfStart(string message) => Contains(message, CommandWrong) ? ErrorClass.Invalid : ErrorClass.Transient;

    /// <summary>Invalid when the pod used more storage than its limit, transient when the node was short of something.</summary>
    public static ErrorClass ClassOfEviction(string message) => Contains(message, StorageExceeded) ? ErrorClass.Invalid : ErrorClass.Transient;

    /// <summary>
    /// The message of a failed readiness probe without what the tenant's program printed, which may contain anything.
    /// </summary>
    public static string WithoutProgramOutput(string message) =>
        message.Contains("HTTP probe failed with statuscode", StringComparison.Ordinal)
        || message.Contains("dial tcp", StringComparison.Ordinal)
        || message.Contains("context deadline exceeded", StringComparison.Ordinal)
            ? message
            : message.Split(':', 2)[0];

    private static bool Contains(string message, string[] texts) => Array.Exists(texts, t => message.Contains(t, StringComparison.OrdinalIgnoreCase));
}
