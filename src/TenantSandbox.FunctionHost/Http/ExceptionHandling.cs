using Microsoft.AspNetCore.Http;

namespace TenantSandbox.Hosting.Http;

/// <summary>The outermost middleware: an exception becomes an answer that tells nothing about the inside.</summary>
internal sealed class ExceptionHandling(ILogger<ExceptionHandling> log) : IMiddleware
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has disconnected, so there is nobody to answer.
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await HostAnswer.ProblemAsync(context, exception.StatusCode, exception.Message);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            log.RequestFailed(exception, context.Request.Method, context.Request.Path);
            await HostAnswer.FailedAsync(context, StatusCodes.Status500InternalServerError);
        }
    }
}
