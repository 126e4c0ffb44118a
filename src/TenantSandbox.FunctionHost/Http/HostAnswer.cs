using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace TenantSandbox.Hosting.Http;

/// <summary>Answers of the host itself rather than of a function: problem+json without any exception's text.</summary>
internal static class HostAnswer
{
    public static Task ProblemAsync(HttpContext http, int status, string detail) =>
        Results.Problem(detail, statusCode: status, title: ReasonPhrases.GetReasonPhrase(status), type: "about:blank").ExecuteAsync(http);

    public static Task UnauthorizedAsync(HttpContext http) =>
        ProblemAsync(
            http,
            StatusCodes.Status401Unauthorized,
            "A key is needed: send it as the header x-functions-key or as the query parameter code.");

    public static Task NotFoundAsync(HttpContext http) =>
        ProblemAsync(http, StatusCodes.Status404NotFound, $"No function answers {http.Request.Method} {http.Request.Path}.");

    public static Task TooLargeAsync(HttpContext http, long maximum) =>
        ProblemAsync(http, StatusCodes.Status413PayloadTooLarge, $"The request body is larger than {maximum} bytes.");

    public static Task FailedAsync(HttpContext http, int status) =>
        ProblemAsync(http, status, "The function failed. The host's log has the reason.");

    /// <summary>The key that a caller sent, by header or query.</summary>
    public static string? Key(HttpRequest request) =>
        request.Headers.TryGetValue("x-functions-key", out var header) ? header.ToString() : request.Query["code"].ToString();
}
