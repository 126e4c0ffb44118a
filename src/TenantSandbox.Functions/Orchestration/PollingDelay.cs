using Microsoft.DurableTask;

namespace TenantSandbox.Functions.Orchestration;

/// <summary>
/// Polling delays: Retry-After if given, else exponential backoff by a factor of 1.5; both within the configured range, plus
/// up to 20 % jitter so that many operations don't poll at once.
/// </summary>
/// <param name="context">The orchestration.</param>
/// <param name="timing">The range.</param>
/// <param name="progress">Waits in a way that operators can end; null for a plain timer.</param>
internal sealed class PollingDelay(TaskOrchestrationContext context, OperationTiming timing, OperationProgress? progress = null)
{
    private double _nextSeconds = timing.PollMinSeconds;

    /// <summary>Waits for one delay with a durable timer.</summary>
    /// <param name="retryAfterSeconds">The service's Retry-After; null if it gave none.</param>
    public Task WaitAsync(int? retryAfterSeconds = null)
    {
        var seconds = Math.Clamp(retryAfterSeconds ?? _nextSeconds, timing.PollMinSeconds, Math.Max(timing.PollMinSeconds, timing.PollMaxSeconds));
        _nextSeconds = Math.Min(timing.PollMaxSeconds, _nextSeconds * 1.5);
        var delay = Jitter.Add(context, TimeSpan.FromSeconds(seconds));
        return progress is null ? context.CreateTimer(delay, CancellationToken.None) : progress.WaitAsync(delay);
    }
}

/// <summary>Replay-safe jitter.</summary>
internal static class Jitter
{
    /// <summary>The delay plus up to 20 %.</summary>
    public static TimeSpan Add(TaskOrchestrationContext context, TimeSpan delay) =>
        delay * (1 + (context.NewGuid().ToByteArray()[0] / 255.0 / 5));
}
