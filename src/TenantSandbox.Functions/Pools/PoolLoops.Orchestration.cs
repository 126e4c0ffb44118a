using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;

namespace TenantSandbox.Functions.Pools;

/// <summary>Making and deleting a pool, each as a loop of looks at it until it is as wanted, has failed, or the deadline passes.</summary>
internal static class PoolLoops
{
    /// <summary>A pool that failed for a passing reason is asked for again so often: the same PUT makes AKS try again.</summary>
    private const int MaxRepairs = 2;

    /// <summary>Beside what a pool may take to come and to go, so long is an answer waited for.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    /// <summary>How long to wait for news of a pool: it may have to come, fail, and go.</summary>
    public static TimeSpan Patience(OperationTiming timing) =>
        TimeSpan.FromSeconds(timing.PoolCreateSeconds + timing.PoolDeleteSeconds) + Grace;

    /// <summary>Has the pool made, and looks until it is ready.</summary>
    /// <exception cref="StepFailedException">It is not ready. It may be there, in whatever state.</exception>
    public static async Task MakeAsync(TaskOrchestrationContext context, PoolRef pool, OperationTiming timing, Progress progress)
    {
        var deadline = context.Now().AddSeconds(timing.PoolCreateSeconds);
        var pauses = new Pauses(context, timing);
        var (repairs, absences) = (0, 0);
        var seen = await context.EnsurePoolAsync(pool);
        while (seen.Condition != PoolCondition.Ready)
        {
            var isAskedAgain = seen.Condition == PoolCondition.Failed && IsPassing(seen.ErrorClass) && ++repairs <= MaxRepairs;
            if (seen.Condition == PoolCondition.Failed && !isAskedAgain)
            {
                throw new StepFailedException(
                    TenantError.Create(seen.ErrorClass, seen.Code ?? "PoolFailed", $"Agent pool '{pool.Name}': {seen.Detail}"));
            }

            if (context.Now() >= deadline)
            {
                throw new StepFailedException(
                    ErrorClass.Transient, "PoolCreateTimeout", $"Agent pool '{pool.Name}' was not ready after {timing.PoolCreateSeconds} s: {seen.Detail}");
            }

            // In progress with an error class: the write was not accepted yet. And right after it was asked for, a pool may
            // not be seen yet; not seen twice running, the request did not get through.
            isAskedAgain |= seen is { Condition: PoolCondition.InProgress, ErrorClass: not null };
            absences = seen.Condition == PoolCondition.Absent ? absences + 1 : 0;
            progress.WaitsFor(seen.Detail);
            await pauses.WaitAsync(seen.RetryAfterSeconds);
            seen = isAskedAgain || absences > 1 ? await context.EnsurePoolAsync(pool) : await context.ReadPoolAsync(pool);
        }
    }

    /// <summary>Has the pool deleted, and looks until it is gone.</summary>
    /// <exception cref="StepFailedException">It was not gone in time.</exception>
    public static async Task DeleteAsync(TaskOrchestrationContext context, PoolRef pool, OperationTiming timing, Progress progress)
    {
        var deadline = context.Now().AddSeconds(timing.PoolDeleteSeconds);
        var pauses = new Pauses(context, timing);
        var seen = await context.DeletePoolAsync(pool);
        while (seen.Condition != PoolCondition.Absent)
        {
            if (context.Now() >= deadline)
            {
                throw new StepFailedException(
                    seen.ErrorClass ?? ErrorClass.Transient,
                    seen.Code ?? "PoolDeleteTimeout",
                    $"Agent pool '{pool.Name}' was still there {timing.PoolDeleteSeconds} s after it was to be deleted: {seen.Detail}");
            }

            progress.WaitsFor(seen.Detail);
            await pauses.WaitAsync(seen.RetryAfterSeconds);
            if (seen is { Condition: PoolCondition.InProgress, ErrorClass: null })
            {
                seen = await context.ReadPoolAsync(pool);
            }

            if (seen.Condition is PoolCondition.Ready or PoolCondition.Failed || seen.ErrorClass is not null)
            {
                // Nobody works on it, so the deletion did not get through or came to nothing.
                seen = await context.DeletePoolAsync(pool);
            }
        }
    }

    private static bool IsPassing(ErrorClass? errorClass) =>
        errorClass is ErrorClass.Throttled or ErrorClass.Conflict or ErrorClass.Transient;
}
