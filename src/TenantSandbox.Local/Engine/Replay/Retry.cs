using Microsoft.DurableTask;
using CoreException = DurableTask.Core.Exceptions.TaskFailedException;

namespace TenantSandbox.Local.Engine;

/// <summary>Repeats an activity or child by policy or handler. It is orchestrator code: its waits are durable timers.</summary>
internal static class Retry
{
    public static async Task<HistoryEvent> RunAsync(ReplayContext context, Func<Task<HistoryEvent>> call, TaskRetryOptions? options)
    {
        DateTime start = context.CurrentUtcDateTime;
        for (int attempt = 1; ; attempt++)
        {
            HistoryEvent answer = await call();
            if (options is null || answer.Kind is not (HistoryEventKind.TaskFailed or HistoryEventKind.SubOrchestrationFailed))
            {
                return answer;
            }

            Failure failure = Failure.Parse(answer.Data);
            if (failure.NonRetriable)
            {
                return answer;
            }

            if (options.Policy is { } policy)
            {
                if (NextDelay(policy, failure, attempt, context.CurrentUtcDateTime - start) is not { } delay)
                {
                    return answer;
                }

                await context.CreateTimer(context.CurrentUtcDateTime + delay, CancellationToken.None);
            }
            else if (!await options.Handler!(new(context, attempt, failure.ToDetails(), context.CurrentUtcDateTime - start, CancellationToken.None)))
            {
                return answer;
            }
        }
    }

    private static TimeSpan? NextDelay(RetryPolicy policy, Failure failure, int attempt, TimeSpan elapsed)
    {
        bool timedOut = policy.RetryTimeout != Timeout.InfiniteTimeSpan && elapsed >= policy.RetryTimeout;
        if (attempt >= policy.MaxNumberOfAttempts || timedOut || !Handles(policy, failure))
        {
            return null;
        }

        double wanted = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempt - 1);
        TimeSpan longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : policy.MaxRetryInterval;
        return wanted < longest.TotalMilliseconds ? TimeSpan.FromMilliseconds(wanted) : longest;
    }

    // The predicate is handed the framework's exception, as in Durable Task; one that throws means no retry.
    private static bool Handles(RetryPolicy policy, Failure failure)
    {
        try
        {
            return policy.Handle(new CoreException(failure.Message) { FailureDetails = failure.ToCoreDetails() });
        }
#pragma warning disable CA1031 // whatever it throws
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }
}
