using Microsoft.DurableTask;
using TenantSandbox.Core.Placement;

namespace TenantSandbox.Functions.Operations;

/// <summary>
/// The waits between looks at something that takes its time: what the service asked for, else growing by half from the
/// least to the greatest; up to a fifth more at random, so that many loops don't look at once.
/// </summary>
internal sealed class Pauses(TaskOrchestrationContext context, OperationTiming timing)
{
    private double _next = timing.PollMinSeconds;

    /// <summary>Waits once.</summary>
    /// <param name="retryAfterSeconds">What the service asked for; null if it did not.</param>
    public Task WaitAsync(int? retryAfterSeconds = null)
    {
        var wait = Math.Clamp(retryAfterSeconds ?? _next, timing.PollMinSeconds, Math.Max(timing.PollMinSeconds, timing.PollMaxSeconds));
        _next = Math.Min(timing.PollMaxSeconds, _next * 1.5);
        var jitter = context.NewGuid().ToByteArray()[0] / 255.0 / 5;
        return context.CreateTimer(TimeSpan.FromSeconds(wait * (1 + jitter)), CancellationToken.None);
    }
}
