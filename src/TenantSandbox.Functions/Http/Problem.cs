using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Telemetry;

namespace TenantSandbox.Functions.Http;

/// <summary>The problems that HTTP functions return (RFC 9457). docs/http-api.md lists the types.</summary>
internal static class Problem
{
    private const string ContentType = "application/problem+json";

    private static IResult Malformed(HttpRequest request, IReadOnlyList<ValidationFault> faults) =>
        Result(request, 400, "malformed", "The request is malformed", faults[0].Detail, faults);

    /// <summary>The problem of a body that isn't a valid request.</summary>
    public static IResult Of(HttpRequest request, IReadOnlyList<ValidationFault> faults) =>
        faults[0].Code == ValidationFaultCodes.Malformed ? Malformed(request, faults) : Invalid(request, faults);

    public static IResult BadParameter(HttpRequest request, string name, string detail) =>
        Result(request, 400, "bad-parameter", "A parameter or header is invalid", $"{name}: {detail}");

    public static IResult NotFound(HttpRequest request, string detail) => Result(request, 404, "not-found", "Not found", detail);

    public static IResult PreconditionFailed(HttpRequest request, long current) =>
        Result(request, 412, "precondition-failed", "The tenant has another revision", $"If-Match does not match the tenant's current revision, {current}. Read the tenant again.");

    /// <summary>There is no log or pod now, although the tenant and the workload exist.</summary>
    public static IResult NotRunning(HttpRequest request, string detail) => Result(request, 409, "not-running", "It does not run now", detail);

    /// <summary>The tenant's namespace belongs to someone else, so that nothing of it is shown.</summary>
    public static IResult NotOwned(HttpRequest request, string detail) => Result(request, 409, "not-owned", "The namespace belongs to someone else", detail);

    public static IResult ClusterUnavailable(HttpRequest request, string cause)
    {
        request.HttpContext.Response.Headers.RetryAfter = "5";
        return Result(request, 503, "cluster-unavailable", "The cluster did not answer", cause);
    }

    /// <summary>The cluster refused a read, which repeating it doesn't change: the app lacks a permission, for example.</summary>
    public static IResult ClusterRefused(HttpRequest request, string cause) => Result(request, 502, "cluster-refused", "The cluster refused the read", cause);

    public static IResult InProgress(HttpRequest request, string detail) =>
        Result(request, 409, "in-progress", "It is in progress", detail);

    /// <summary>Nobody whom the app trusts vouches for the caller.</summary>
    public static IResult Unauthenticated(HttpRequest request)
    {
        request.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
        return Result(request, 401, "unauthenticated", "The caller is unknown", "Sign in with Microsoft Entra ID and send the token as Authorization: Bearer.");
    }

    public static IResult Forbidden(HttpRequest request, string detail) => Result(request, 403, "forbidden", "The caller may not do this", detail);

    public static IResult TooManyRequests(HttpRequest request, int seconds)
    {
        ApiResults.RetryAfter(request, seconds);
        return Result(request, 429, "too-many-requests", "Too many requests", "This caller has used up its requests of this minute. Wait as long as Retry-After says.");
    }

    public static IResult TooLarge(HttpRequest request, int maxBytes) =>
        Result(request, 413, "too-large", "The request is too large", $"A request may have at most {maxBytes} bytes.");

    public static IResult UnsupportedMediaType(HttpRequest request) =>
        Result(request, 415, "unsupported-media-type", "The content type is not supported", "Send the request as application/json in UTF-8.");

    public static IResult UnsupportedEncoding(HttpRequest request)
    {
        // RFC 9110, 12.5.3: tells 415 for the encoding from 415 for the media type.
        request.HttpContext.Response.Headers.AcceptEncoding = "identity";
        return Result(request, 415, "unsupported-media-type", "The content encoding is not supported", "Send the request uncompressed, without Content-Encoding.");
    }

    public static IResult Invalid(HttpRequest request, IReadOnlyList<ValidationFault> faults) =>
        Result(request, 422, "invalid", "The request is not valid", $"{faults.Count} fault{(faults.Count == 1 ? "" : "s")}; see errors.", faults);

    public static IResult KeyReused(HttpRequest request) =>
        Result(request, 422, "idempotency-key-reused", "The Idempotency-Key was used for another request", "A key identifies one request. Use a new key for a new request.");

    public static IResult SubmissionFailed(HttpRequest request) =>
        Result(request, 500, "submission-failed", "The request could not be submitted", "A failure of this system, not of the request. Sending the same request again is safe.");

    public static IResult BackendUnavailable(HttpRequest request)
    {
        request.HttpContext.Response.Headers.RetryAfter = "5";
        return Result(request, 503, "backend-unavailable", "The durable backend did not answer", "A failure of this system, not of the request. Sending the same request again is safe.");
    }

    /// <summary>The stored report is not what was signed. Retrying doesn't change that: a person must restore it.</summary>
    public static IResult ReportDamaged(HttpRequest request, string detail) => Result(request, 500, "report-damaged", "The stored report was changed", detail);

    public static IResult StorageUnavailable(HttpRequest request)
    {
        request.HttpContext.Response.Headers.RetryAfter = "5";
        return Result(request, 503, "storage-unavailable", "The storage could not be written or read", "A failure of this system, not of the request. Sending the same request again is safe.");
    }

    /// <summary>The tenant's answer to a request that it refused.</summary>
    public static IResult Refused(HttpRequest request, SubmitAnswer answer, string? operation, IReadOnlyList<ValidationFault> differences)
    {
        var (status, type, title) = answer.Outcome switch
        {
            SubmitOutcome.Stale => (409, "stale-revision", "The revision is older than one accepted before"),
            SubmitOutcome.Conflict => (409, "conflict", "The request contradicts what was accepted before"),
            SubmitOutcome.Gone => (410, "gone", "The tenant is offboarded"),
            SubmitOutcome.NotFound => (404, "not-found", "Not found"),
            _ => (422, "invalid", "The request was refused"),
        };
        return Result(request, status, type, title, answer.Message, differences.Count == 0 ? null : differences, answer, operation);
    }

    private static IResult Result(
        HttpRequest request, int status, string type, string title, string detail,
        IReadOnlyList<ValidationFault>? errors = null, SubmitAnswer? answer = null, string? operation = null)
    {
        SandboxMetrics.Refusals.Add(1, SandboxMetrics.Label("door", "http"), SandboxMetrics.Label("class", type));
        return Results.Text(
            JsonSerializer.Serialize(new Body(
                $"urn:tenantsandbox:problem:{type}", title, status, detail, $"{request.PathBase}{request.Path}", errors,
                answer?.TenantId, answer?.CurrentRevision, answer?.Phase, operation)),
            ContentType,
            statusCode: status);
    }

    private sealed record Body(
        [property: JsonPropertyName("type")] string Type,
        [property: JsonPropertyName("title")] string Title,
        [property: JsonPropertyName("status")] int Status,
        [property: JsonPropertyName("detail")] string Detail,
        [property: JsonPropertyName("instance")] string Instance,
        [property: JsonPropertyName("errors"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ValidationFault>? Errors,
        [property: JsonPropertyName("tenantId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TenantId,
        [property: JsonPropertyName("currentRevision"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? CurrentRevision,
        [property: JsonPropertyName("phase"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TenantPhase? Phase,
        [property: JsonPropertyName("operation"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Operation);
}
