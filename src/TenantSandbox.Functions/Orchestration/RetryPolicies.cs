using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Orchestration;

/// <summary>The retry policies of activities. Entity calls have theirs in <see cref="EntityCalls"/>.</summary>
internal static class RetryPolicies
{
    /// <summary>
    /// For activities that read or change a resource: throttled, conflict and transient failures are retried for about four
    /// minutes. Other classes need a different request or another cluster, so they are returned at once.
    /// </summary>
    public static TaskOptions Activity { get; } = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 10,
        firstRetryInterval: TimeSpan.FromSeconds(1),
        backoffCoefficient: 2,
        maxRetryInterval: TimeSpan.FromMinutes(1))
    {
        HandleFailure = failure => FailureMapping.ClassOf(failure) is ErrorClass.Throttled or ErrorClass.Conflict or ErrorClass.Transient,
    });

    /// <summary>For publishing events: every failure is retried, for about 13 hours.</summary>
    public static TaskOptions Publish { get; } = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 36,
        firstRetryInterval: TimeSpan.FromSeconds(1),
        backoffCoefficient: 2,
        maxRetryInterval: TimeSpan.FromMinutes(30)));
}
