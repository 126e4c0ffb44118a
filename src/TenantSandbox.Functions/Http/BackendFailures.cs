using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.Functions.Http;

/// <summary>Answers failures of the durable backend. The worker calls it over gRPC, so that every failure is an <see cref="RpcException"/>.</summary>
internal static partial class BackendFailures
{
    /// <summary>Runs an HTTP function; answers 503 when the durable backend fails.</summary>
    public static async Task<IResult> AnswerAsync(HttpRequest request, Func<Task<IResult>> run)
    {
        try
        {
            return await run();
        }
        catch (RpcException e) when (e.StatusCode != StatusCode.Cancelled)
        {
            var logger = request.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(BackendFailures));
            LogFailed(logger, e, request.Method, request.Path);
            return Problem.BackendUnavailable(request);
        }
    }

    /// <summary>Whether the backend answered that a call is wrong, rather than failed to answer.</summary>
    public static bool IsRefusal(RpcException exception) =>
        exception.StatusCode is not (StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.ResourceExhausted);

    [LoggerMessage(1010, LogLevel.Error, "{Method} {Path} failed in the durable backend")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method, string path);
}
