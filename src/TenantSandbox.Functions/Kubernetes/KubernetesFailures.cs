using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure;
using Azure.Identity;
using k8s;
using k8s.Autorest;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Azure;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Maps exceptions of the Kubernetes client to classified failures.</summary>
internal static class KubernetesFailures
{
    /// <summary>Whether an exception is a failure of a call rather than a bug.</summary>
    public static bool IsFailure(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        SandboxException => false,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        HttpOperationException or KubernetesException or HttpRequestException or IOException
            or RequestFailedException or AuthenticationFailedException or JsonException => true,
        _ => false,
    };

    public static bool IsNotFound(HttpOperationException exception) => exception.Response?.StatusCode == HttpStatusCode.NotFound;

    /// <param name="exception">The exception.</param>
    /// <param name="clusterId">The cluster that was called.</param>
    /// <param name="what">The call, for messages: "read namespace n".</param>
    public static SandboxException Translate(Exception exception, string clusterId, string what) => exception switch
    {
        HttpOperationException http => FromAnswer(http, clusterId, what),
        KubernetesException { Status: { } status } watch =>
            FromStatus(status.Code ?? 0, status, null, clusterId, what, watch),
        RequestFailedException or AuthenticationFailedException => AzureFailures.Translate(exception, $"{what} on cluster {clusterId}"),
        // Not the API server but a proxy answered, or the answer ended early.
        JsonException => new TransientException("AnswerUnreadable", $"{what} on cluster {clusterId}: the answer is not the expected JSON", exception),
        _ => new TransientException("NoAnswer", $"{what} on cluster {clusterId}: {exception.Message}", exception),
    };

    private static SandboxException FromAnswer(HttpOperationException exception, string clusterId, string what)
    {
        var status = exception.Response?.Content is { Length: > 0 } content ? Parse(content) : null;
        return FromStatus(
            (int)(exception.Response?.StatusCode ?? 0), status, RetryAfter(exception.Response), clusterId, what, exception);
    }

    private static SandboxException FromStatus(
        int code, V1Status? status, TimeSpan? retryAfter, string clusterId, string what, Exception inner)
    {
        var causes = (status?.Details?.Causes ?? []).Where(c => c.Reason == "FieldManagerConflict").ToArray();
        if (causes.Length > 0)
        {
            // Not a conflict that passes: it stays until a person has decided who manages the fields, so it must not be retried.
            return new InvalidException(
                "FieldManagerConflict",
                $"{what} on cluster {clusterId}: {string.Join("; ", causes.Select(c => $"{c.Message} ({c.Field})"))}. "
                + "Restore the fields, or remove that manager from their managedFields",
                inner);
        }

        var reason = status?.Reason is { Length: > 0 } named ? named : $"Http{code}";
        var message = status?.Message is { Length: > 0 } text ? text : inner.Message;
        return SandboxException.Create(
            KubernetesErrors.Classify(code, status?.Reason, message), reason, $"{what} on cluster {clusterId}: {message}", retryAfter, inner);
    }

    private static V1Status? Parse(string content)
    {
        try
        {
            return JsonNode.Parse(content) is JsonObject o && (string?)o["kind"] == "Status" ? KubernetesJson.Deserialize<V1Status>(content) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not the API server but a proxy answered; the status code is enough.
            return null;
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessageWrapper? response) =>
        response?.Headers.TryGetValue("Retry-After", out var values) == true && int.TryParse(values.FirstOrDefault(), out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
