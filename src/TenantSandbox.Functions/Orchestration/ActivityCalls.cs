using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Orchestration;

/// <summary>
/// Calls activities with retries that operators see: while one is retried, the operation's status says which, why, how often and
/// when next. A call leaves as many events in the history as with the framework's own retries.
/// </summary>
internal static class ActivityCalls
{
    /// <summary>Calls an activity and returns its result.</summary>
    /// <exception cref="TaskFailedException">Its last failure: of a class that isn't retried, or after the last attempt.</exception>
    /// <inheritdoc cref="OperationControl.WaitAsync" path="/exception"/>
    public static async Task<T> CallAsync<T>(
        this TaskOrchestrationContext context, string activity, object input, OperationProgress progress, ActivityRetry? retry = null)
    {
        retry ??= ActivityRetry.Default;
        var delay = retry.FirstDelay;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await context.CallActivityAsync<T>(activity, input);
            }
            catch (TaskFailedException e) when (attempt < retry.MaxAttempts && retry.Handles(e.FailureDetails))
            {
                var jittered = Jitter.Add(context, delay);
                progress.ReportRetry(activity, FailureMapping.ToError(e.FailureDetails), attempt, retry.MaxAttempts, jittered);
                await progress.WaitAsync(jittered);
                delay = delay * 2 < retry.MaxDelay ? delay * 2 : retry.MaxDelay;
            }
        }
    }

    /// <summary>Calls an activity that has no result.</summary>
    /// <inheritdoc cref="CallAsync{T}" path="/exception"/>
    public static Task CallAsync(
        this TaskOrchestrationContext context, string activity, object input, OperationProgress progress, ActivityRetry? retry = null) =>
        context.CallAsync<object?>(activity, input, progress, retry);
}

/// <summary>How often an activity is tried. Delays double, plus up to 20 % jitter.</summary>
/// <param name="MaxAttempts">At least 1.</param>
/// <param name="FirstDelay">The delay after the first failure.</param>
/// <param name="MaxDelay">The longest delay.</param>
/// <param name="IsEveryFailureRetried">False to retry only failures that pass by themselves.</param>
internal sealed record ActivityRetry(int MaxAttempts, TimeSpan FirstDelay, TimeSpan MaxDelay, bool IsEveryFailureRetried = false)
{
    /// <summary>
    /// For activities that read or change a resource: throttled, conflict and transient failures are retried for about four
    /// minutes. Other classes need a different request or another cluster, so they are returned at once.
    /// </summary>
    public static ActivityRetry Default { get; } = new(10, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    /// <summary>For publishing events: every failure is retried, for about 14 hours.</summary>
    public static ActivityRetry Publish { get; } = new(36, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(30), IsEveryFailureRetried: true);

    /// <summary>Whether this failure is retried.</summary>
    public bool Handles(TaskFailureDetails failure) => IsEveryFailureRetried || IsTransient(failure);

    /// <summary>
    /// Whether a failure passes by itself. A conflict of field managers doesn't, though its class is that of other conflicts: another
    /// controller or a person owns the field, and a person must decide whose it is.
    /// </summary>
    public static bool IsTransient(TaskFailureDetails failure) =>
        FailureMapping.ClassOf(failure) is { } errorClass && errorClass.PassesByItself()
        && FailureMapping.ToError(failure).Code != "FieldManagerConflict";
}
