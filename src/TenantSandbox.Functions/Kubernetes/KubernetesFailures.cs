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

/// <summary>Turns what the Kubernetes client throws into classified exceptions.</summary>
internal static class KubernetesFailures
{
    /// <summary>Whether an exception is a failure of a call, and not a fault of this program.</summary>
    public static bool IsFailure(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        SandboxException => false,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        HttpOperationException or KubernetesException or HttpRequestException or IOException
            or RequestFailedException or AuthenticationFailedException => true,
        _ => false,
    };

    public static bool IsNotFound(HttpOperationException exception) => exception.Response?.StatusCode == HttpStatusCode.NotFound;

    /// <param name="exception">What was thrown.</param>
    /// <param name="clusterId">The cluster that was called.</param>
    /// <param name="what">The call, as a person would name it.</param>
    public static SandboxException Translate(Exception exception, string clusterId, string what) => exception switch
    {
        HttpOperationException http => FromAnswer(http, clusterId, what),
        KubernetesException { Status: { } status } watch =>
            FromStatus(status.Code ?? 0, status, null, clusterId, what, watch),
        RequestFailedException or AuthenticationFailedException => AzureFailures.Translate(exception, $"{what} on cluster {clusterId}"),
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
            return new ConflictException(
                "FieldManagerConflict",
                $"{what} on cluster {clusterId}: {string.Join("; ", causes.Select(c => $"{c.Message} ({c.Field})"))}. "
                + "Give the fields back, or remove that manager's claim to them",
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
            // Something in front of the API server answered; its status code says enough.
            return null;
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessageWrapper? response) =>
        response?.Headers.TryGetValue("Retry-After", out var values) == true && int.TryParse(values.FirstOrDefault(), out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
