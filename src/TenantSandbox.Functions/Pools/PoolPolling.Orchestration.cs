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
    /// <param name="timing">The cluster's time-outs.</param>
    /// <param name="notBefore">The earliest start of the pool's operation, which ARM's write budget may delay; null for now.</param>
    /// <param name="now">Current time.</param>
    public static TimeSpan ReportTimeout(OperationTiming timing, DateTimeOffset? notBefore, DateTimeOffset now) =>
        (notBefore is { } start && start > now ? start - now : TimeSpan.Zero) + TimeSpan.FromSeconds(timing.PoolCreateSeconds + timing.PoolDeleteSeconds) + Slack;

    /// <summary>Creates the pool and waits until it is ready, or until another pool is found under its name.</summary>
    /// <exception cref="StepFailedException">The pool failed or timed out. It may exist, in any state.</exception>
    public static async Task<PoolObservation> CreateAsync(
        TaskOrchestrationContext context, PoolOperationInput input, PoolFailures failures, OperationProgress progress)
    {
        var (pool, timing) = (input.Pool, input.Timing);
        var deadline = context.Now().AddSeconds(timing.PoolCreateSeconds);
        var delay = new PollingDelay(context, timing);
        var (putRetries, absences) = (0, 0);
        var observed = await context.EnsurePoolAsync(pool, progress);
        while (observed.Condition is not (PoolCondition.Ready or PoolCondition.NotOurs))
        {
            failures.Add(observed);
            var needsPut = observed.Condition == PoolCondition.Failed && MayRetry(observed, ref putRetries);
            if (observed.Condition == PoolCondition.Failed && !needsPut)
            {
                throw new StepFailedException(
                    TenantError.Create(observed.ErrorClass, observed.Code ?? "PoolFailed", $"Agent pool '{pool.Name}': {observed.Detail}"));
            }

            if (context.Now() >= deadline)
            {
                throw new StepFailedException(failures.TimedOut(
                    "PoolCreateTimeout", $"Agent pool '{pool.Name}' was not ready after {timing.PoolCreateSeconds} s", observed));
            }

            // In progress with an error class: the PUT was not accepted. Right after a PUT a read may not find the pool yet;
            // two reads in a row without it mean that the PUT was lost.
            needsPut |= observed is { Condition: PoolCondition.InProgress, ErrorClass: not null };
            absences = observed.Condition == PoolCondition.Absent ? absences + 1 : 0;
            progress.ReportWaiting(observed.Detail);
            await delay.WaitAsync(observed.RetryAfterSeconds);
            observed = needsPut || absences > 1 ? await context.EnsurePoolAsync(pool, progress) : await context.ReadPoolAsync(pool, progress);
        }

        return observed;
    }

    /// <summary>
    /// Deletes the pool and waits until it is absent. It is only deleted while its nodes run no pod of a tenant. After a failure the
    /// delay before the next DELETE doubles.
    /// </summary>
    /// <exception cref="StepFailedException">The pool still existed when the time was up; the error is the last real cause.</exception>
    public static async Task DeleteAsync(
        TaskOrchestrationContext context, PoolOperationInput input, PoolFailures failures, OperationProgress progress)
    {
        var (pool, timing) = (input.Pool, input.Timing);
        var deadline = context.Now().AddSeconds(timing.PoolDeleteSeconds);
        var delay = new PollingDelay(context, timing);
        var retry = new RetryDelay(context, timing);
        var observed = await DeleteUnusedAsync();
        while (!observed.IsAbsent)
        {
            failures.Add(observed);
            if (context.Now() >= deadline)
            {
                throw new StepFailedException(failures.TimedOut(
                    "PoolDeleteTimeout",
                    $"Agent pool '{pool.Name}' still exists {timing.PoolDeleteSeconds} s after its deletion was requested",
                    observed));
            }

            progress.ReportWaiting(observed.Detail);
            var isInProgress = observed is { Condition: PoolCondition.InProgress, ErrorClass: null };
            if (isInProgress || !input.MustReadPods)
            {
                await delay.WaitAsync(observed.RetryAfterSeconds);
                observed = isInProgress ? await context.ReadPoolAsync(pool, progress) : observed;
            }

            if (observed.Condition is PoolCondition.Ready or PoolCondition.Failed || observed.ErrorClass is not null)
            {
                // No operation is in progress on it, so the deletion was not accepted or failed.
                failures.Add(observed);
                if (input.MustReadPods && context.Now() < deadline)
                {
                    progress.ReportWaiting(observed.Detail);
                    await retry.WaitAsync(observed.RetryAfterSeconds);
                }

                observed = await DeleteUnusedAsync();
            }
        }

        async Task<PoolObservation> DeleteUnusedAsync()
        {
            while (input.MustReadPods && await context.ReadPoolPodsAsync(pool, progress) is { Count: > 0 } pods)
            {
                var found = $"{pods.Count} pods of tenants run on the nodes of agent pool '{pool.Name}': {string.Join(", ", pods.Names)}";
                if (context.Now() >= deadline)
                {
                    throw new StepFailedException(ErrorClass.Conflict, "PoolInUse", $"{found}. It was not deleted.");
                }

                progress.ReportWaiting(found);
                await delay.WaitAsync();
            }

            return await context.DeletePoolAsync(pool, progress);
        }
    }

    // A conflict, such as an upgrade of the control plane, ends by itself: only the deadline limits the retries.
    private static bool MayRetry(PoolObservation observed, ref int putRetries) => observed.ErrorClass switch
    {
        ErrorClass.Conflict => true,
        ErrorClass.Throttled or ErrorClass.Transient => ++putRetries <= MaxPutRetries,
        _ => false,
    };
}
