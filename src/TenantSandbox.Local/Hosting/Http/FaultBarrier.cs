using Microsoft.AspNetCore.Http;

namespace TenantSandbox.Local.Hosting.Http;

/// <summary>The outermost middleware: whatever goes wrong below it becomes an answer that tells nothing about the inside.</summary>
internal sealed class FaultBarrier(ILogger<FaultBarrier> log) : IMiddleware
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; there is nobody to answer.
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await HostAnswer.ProblemAsync(context, exception.StatusCode, exception.Message);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            log.RequestFailed(exception, context.Request.Method, context.Request.Path);
            await HostAnswer.ProblemAsync(
                context, StatusCodes.Status500InternalServerError, "The function failed. Its log has the reason.");
        }
    }
}
