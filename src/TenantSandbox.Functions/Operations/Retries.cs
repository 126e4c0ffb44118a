using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Operations;

/// <summary>The one place that says which activity is tried again, how often and how soon.</summary>
internal static class Retries
{
    /// <summary>
    /// For activities that read or change something: failures that pass by themselves are tried again for about four
    /// minutes. What asks for another answer than "again" (no capacity, a quota, a wrong request) comes back at once.
    /// </summary>
    public static TaskOptions Step { get; } = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 10,
        firstRetryInterval: TimeSpan.FromSeconds(1),
        backoffCoefficient: 2,
        maxRetryInterval: TimeSpan.FromMinutes(1))
    {
        HandleFailure = failure => Failures.ClassOf(failure) is ErrorClass.Throttled or ErrorClass.Conflict or ErrorClass.Transient,
    });

    /// <summary>For events out: an event is only lost if the topic refuses it for half a day, whatever the reason it gives.</summary>
    public static TaskOptions Publish { get; } = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 36,
        firstRetryInterval: TimeSpan.FromSeconds(1),
        backoffCoefficient: 2,
        maxRetryInterval: TimeSpan.FromMinutes(30)));
}
