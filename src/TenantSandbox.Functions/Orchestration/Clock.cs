using Microsoft.DurableTask;

namespace TenantSandbox.Functions.Orchestration;

/// <summary>Replay-safe time.</summary>
internal static class Clock
{
    /// <summary>The orchestration's current time in UTC; a replay returns the same value.</summary>
    public static DateTimeOffset Now(this TaskOrchestrationContext context) =>
        new(DateTime.SpecifyKind(context.CurrentUtcDateTime, DateTimeKind.Utc));

    /// <summary>Waits until the given time; returns at once if it has passed.</summary>
    public static Task WaitUntilAsync(this TaskOrchestrationContext context, DateTimeOffset time) =>
        time <= context.Now() ? Task.CompletedTask : context.CreateTimer(time.UtcDateTime, CancellationToken.None);
}
