using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Http;

/// <summary>
/// Answers failures of the durable backend and of the stores of specs and reports. The worker calls the backend over gRPC, so that every failure of it is
/// an <see cref="RpcException"/>; those of the stores are <see cref="SandboxException"/>s.
/// </summary>
internal static partial class BackendFailures
{
    /// <summary>Runs an HTTP function; answers 503 when the durable backend or a store fails.</summary>
    public static async Task<IResult> AnswerAsync(HttpRequest request, Func<Task<IResult>> run)
    {
        try
        {
            return await run();
        }
        catch (RpcException e) when (e.StatusCode != StatusCode.Cancelled)
        {
            LogFailed(Logger(request), e, request.Method, request.Path);
            return Problem.BackendUnavailable(request);
        }
        catch (SandboxException e)
        {
            LogFailed(Logger(request), e, request.Method, request.Path);
            return Problem.StorageUnavailable(request);
        }
    }

    /// <summary>Whether the backend answered that a call is wrong, rather than failed to answer.</summary>
    public static bool IsRefusal(RpcException exception) =>
        exception.StatusCode is not (StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.ResourceExhausted);

    private static ILogger Logger(HttpRequest request) =>
        request.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(BackendFailures));

    [LoggerMessage(1010, LogLevel.Error, "{Method} {Path} failed in the durable backend or the storage")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method, string path);
}
