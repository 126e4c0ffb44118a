using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Kubernetes.Secrets;

/// <summary>
/// Calls about objects with secret values. An API server or its admission webhooks may quote an object in an error, and the client's exception
/// has the answer and the request: of a failure only class, status and reason are kept.
/// </summary>
internal static class SecretFailures
{
    // The reasons of the API (apimachinery, StatusReason); a webhook can set any text.
    private static readonly string[] Reasons =
    [
        "AlreadyExists", "BadRequest", "Conflict", "Expired", "Forbidden", "Gone", "InternalError", "Invalid", "MethodNotAllowed", "NotAcceptable", "NotFound",
        "RequestEntityTooLarge", "ServerTimeout", "ServiceUnavailable", "Timeout", "TooManyRequests", "UnsupportedMediaType",
    ];

    /// <summary>Makes a call, and drops what its failure says.</summary>
    /// <param name="connections">The clusters.</param>
    /// <param name="clusterId">The cluster.</param>
    /// <param name="what">The call, for messages.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SandboxException">The call failed.</exception>
    public static Task<T> CallSecretlyAsync<T>(
        this ClusterConnections connections, string clusterId, string what, Func<IKubernetes, Task<T>> call, CancellationToken cancellationToken) =>
        connections.CallAsync(
            clusterId,
            what,
            async client =>
            {
                try
                {
                    return await call(client);
                }
                catch (HttpOperationException e) when (e.Response.StatusCode != HttpStatusCode.Unauthorized)
                {
                    throw Translate(e, clusterId, what);
                }
                catch (JsonException)
                {
                    throw new TransientException("AnswerUnreadable", $"{what} on cluster {clusterId}: the answer is not the expected JSON");
                }
            },
            cancellationToken);

    private static SandboxException Translate(HttpOperationException exception, string clusterId, string what)
    {
        var code = (int)exception.Response.StatusCode;
        var (reason, message) = Read(exception.Response.Content);
        var known = Reasons.Contains(reason) ? reason! : $"Http{code}";
        return SandboxException.Create(
            KubernetesErrors.Classify(code, reason, message),
            known,
            $"{what} on cluster {clusterId}: the API server answered {code} {known}. "
            + "Its message is not repeated, because it may quote the value");
    }

    private static (string? Reason, string? Message) Read(string? content)
    {
        try
        {
            var status = content is { Length: > 0 } ? JsonNode.Parse(content) as JsonObject : null;
            return (status?["reason"]?.GetValue<string>(), status?["message"]?.GetValue<string>());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, null);
        }
    }
}
