using Microsoft.DurableTask;

namespace TenantSandbox.Functions.Operations;

/// <summary>Time as orchestrations may know it.</summary>
internal static class Clock
{
    /// <summary>The orchestration's own time, which replay repeats.</summary>
    public static DateTimeOffset Now(this TaskOrchestrationContext context) =>
        new(DateTime.SpecifyKind(context.CurrentUtcDateTime, DateTimeKind.Utc));

    /// <summary>Waits until then, if that is still to come.</summary>
    public static Task WaitUntilAsync(this TaskOrchestrationContext context, DateTimeOffset then) =>
        then <= context.Now() ? Task.CompletedTask : context.CreateTimer(then.UtcDateTime, CancellationToken.None);
}
