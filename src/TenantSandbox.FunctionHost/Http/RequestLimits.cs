using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using TenantSandbox.Hosting.Configuration;

namespace TenantSandbox.Hosting.Http;

/// <summary>
/// <c>extensions.http</c> of host.json: at most maxConcurrentRequests run, others wait; beyond maxOutstandingRequests, running and
/// waiting ones together, requests are answered 429.
/// </summary>
internal sealed class RequestLimits : IMiddleware, IDisposable
{
    private readonly ConcurrencyLimiter? _limiter;

    public RequestLimits(HostSettings settings)
    {
        if (settings.MaxConcurrentRequests < 0 && settings.MaxOutstandingRequests < 0)
        {
            return;
        }

        var outstanding = settings.MaxOutstandingRequests < 0 ? int.MaxValue : settings.MaxOutstandingRequests;
        var concurrent = settings.MaxConcurrentRequests < 0 ? outstanding : Math.Min(settings.MaxConcurrentRequests, outstanding);
        _limiter = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = concurrent,
            QueueLimit = outstanding - concurrent,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (_limiter is null)
        {
            await next(context);
            return;
        }

        using var lease = await _limiter.AcquireAsync(permitCount: 1, context.RequestAborted);
        await (lease.IsAcquired
            ? next(context)
            : HostAnswer.ProblemAsync(context, StatusCodes.Status429TooManyRequests, "Too many requests are outstanding; try again later."));
    }

    public void Dispose() => _limiter?.Dispose();
}
