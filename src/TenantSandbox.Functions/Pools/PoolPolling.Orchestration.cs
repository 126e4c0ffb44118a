using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Pools;

/// <summary>Creates and deletes a pool: polls it until it reaches the desired state, fails or times out.</summary>
internal static class PoolPolling
{
    /// <summary>Maximum number of PUT retries after a transient failure of the pool; the same PUT makes AKS try again.</summary>
    private const int MaxPutRetries = 2;

    /// <summary>Slack added to the create and delete timeouts.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(2);

    /// <summary>How long to wait for a pool's report: the pool may have to be created, fail, and be deleted.</summary>
    public static TimeSpan ReportTimeout(OperationTiming timing) =>
        TimeSpan.FromSeconds(timing.PoolCreateSeconds + timing.PoolDeleteSeconds) + Slack;

    /// <summary>Creates the pool and waits until it is ready.</summary>
    /// <exception cref="StepFailedException">The pool failed or timed out. It may exist, in any state.</exception>
    public static async Task CreateAsync(TaskOrchestrationContext context, PoolRef pool, OperationTiming timing, OperationProgress progress)
    {
        var deadline = context.Now().AddSeconds(timing.PoolCreateSeconds);
        var delay = new PollingDelay(context, timing);
        var (putRetries, absences) = (0, 0);
        var observed = await context.EnsurePoolAsync(pool);
        while (observed.Condition != PoolCondition.Ready)
        {
            var needsPut = observed.Condition == PoolCondition.Failed && IsRetryable(observed.ErrorClass) && ++putRetries <= MaxPutRetries;
            if (observed.Condition == PoolCondition.Failed && !needsPut)
            {
                throw new StepFailedException(
                    TenantError.Create(observed.ErrorClass, observed.Code ?? "PoolFailed", $"Agent pool '{pool.Name}': {observed.Detail}"));
            }

            if (context.Now() >= deadline)
            {
                throw new StepFailedException(
                    ErrorClass.Transient, "PoolCreateTimeout", $"Agent pool '{pool.Name}' was not ready after {timing.PoolCreateSeconds} s: {observed.Detail}");
            }

            // In progress with an error class: the PUT was not accepted. Right after a PUT a read may not find the pool yet;
            // two reads in a row without it mean that the PUT was lost.
            needsPut |= observed is { Condition: PoolCondition.InProgress, ErrorClass: not null };
            absences = observed.Condition == PoolCondition.Absent ? absences + 1 : 0;
            progress.ReportWaiting(observed.Detail);
            await delay.WaitAsync(observed.RetryAfterSeconds);
            observed = needsPut || absences > 1 ? await context.EnsurePoolAsync(pool) : await context.ReadPoolAsync(pool);
        }
    }

    /// <summary>Deletes the pool and waits until it is absent.</summary>
    /// <exception cref="StepFailedException">The pool still existed when the time was up.</exception>
    public static async Task DeleteAsync(TaskOrchestrationContext context, PoolRef pool, OperationTiming timing, OperationProgress progress)
    {
        var deadline = context.Now().AddSeconds(timing.PoolDeleteSeconds);
        var delay = new PollingDelay(context, timing);
        var observed = await context.DeletePoolAsync(pool);
        while (observed.Condition != PoolCondition.Absent)
        {
            if (context.Now() >= deadline)
            {
                throw new StepFailedException(
                    observed.ErrorClass ?? ErrorClass.Transient,
                    observed.Code ?? "PoolDeleteTimeout",
                    $"Agent pool '{pool.Name}' still exists {timing.PoolDeleteSeconds} s after its deletion was requested: {observed.Detail}");
            }

            progress.ReportWaiting(observed.Detail);
            await delay.WaitAsync(observed.RetryAfterSeconds);
            if (observed is { Condition: PoolCondition.InProgress, ErrorClass: null })
            {
                observed = await context.ReadPoolAsync(pool);
            }

            if (observed.Condition is PoolCondition.Ready or PoolCondition.Failed || observed.ErrorClass is not null)
            {
                // No operation is in progress on it, so the deletion was not accepted or failed.
                observed = await context.DeletePoolAsync(pool);
            }
        }
    }

    private static bool IsRetryable(ErrorClass? errorClass) =>
        errorClass is ErrorClass.Throttled or ErrorClass.Conflict or ErrorClass.Transient;
}
