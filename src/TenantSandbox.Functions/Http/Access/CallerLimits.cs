using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace TenantSandbox.Functions.Http.Access;

/// <summary>Counts the requests of each caller in each minute. Every instance of the app counts for itself.</summary>
internal sealed class CallerLimits : IDisposable
{
    private readonly PartitionedRateLimiter<string> _limiter;

    public CallerLimits(IOptions<HttpOptions> options)
    {
        var limit = options.Value.RequestsPerMinute;
        _limiter = PartitionedRateLimiter.Create<string, string>(caller => limit == 0
            ? RateLimitPartition.GetNoLimiter(caller)
            : RateLimitPartition.GetFixedWindowLimiter(caller, _ => new FixedWindowRateLimiterOptions { PermitLimit = limit, Window = TimeSpan.FromMinutes(1) }));
    }

    /// <returns>Null if the request may go on, or the whole seconds, at least one, until the caller may repeat it.</returns>
    public int? Take(string caller)
    {
        using var lease = _limiter.AttemptAcquire(caller);
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var delay) ? Math.Max(1, (int)Math.Ceiling(delay.TotalSeconds))
            : 60;
    }

    public void Dispose() => _limiter.Dispose();
}
