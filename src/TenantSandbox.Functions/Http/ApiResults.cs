using Microsoft.AspNetCore.Http;

namespace TenantSandbox.Functions.Http;

/// <summary>Successful responses. They show changing state, so they must not be cached.</summary>
internal static class ApiResults
{
    public static IResult Ok<T>(HttpRequest request, T body) => Answer(request, StatusCodes.Status200OK, body);

    /// <summary>202 with the URL of the operation and the polling delay.</summary>
    public static IResult Accepted<T>(HttpRequest request, string location, int retryAfterSeconds, T body)
    {
        request.HttpContext.Response.Headers.Location = location;
        RetryAfter(request, retryAfterSeconds);
        return Answer(request, StatusCodes.Status202Accepted, body);
    }

    public static void RetryAfter(HttpRequest request, int seconds) =>
        request.HttpContext.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static IResult Answer<T>(HttpRequest request, int status, T body)
    {
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return Results.Json(body, statusCode: status);
    }
}
