using Microsoft.DurableTask;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Pools;

/// <summary>
/// Delays before a failed write is repeated: from twice the shortest polling delay, doubled each time, to five times the longest one;
/// Retry-After if it is longer.
/// </summary>
internal sealed class RetryDelay
{
    private readonly TaskOrchestrationContext _context;
    private readonly double _longest;
    private double _next;

    public RetryDelay(TaskOrchestrationContext context, OperationTiming timing) =>
        (_context, _next, _longest) = (context, 2 * timing.PollMinSeconds, 5 * Math.Max(timing.PollMinSeconds, timing.PollMaxSeconds));

    /// <summary>Waits with a durable timer.</summary>
    public Task WaitAsync(int? retryAfterSeconds)
    {
        var seconds = Math.Min(_longest, Math.Max(_next, retryAfterSeconds ?? 0));
        _next = Math.Min(_longest, _next * 2);
        return _context.CreateTimer(Jitter.Add(_context, TimeSpan.FromSeconds(seconds)), CancellationToken.None);
    }
}
