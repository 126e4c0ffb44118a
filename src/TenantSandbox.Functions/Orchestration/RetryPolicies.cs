using Microsoft.DurableTask;

namespace TenantSandbox.Functions.Orchestration;

/// <summary>
/// The framework's retries, for maintenance, whose progress nobody waits for. Operations of tenants and pools use
/// <see cref="ActivityCalls"/>; entity calls have their retries in <see cref="EntityCalls"/>.
/// </summary>
internal static class RetryPolicies
{
    /// <summary>For activities that read or change a resource, as <see cref="ActivityRetry.Default"/>.</summary>
    public static TaskOptions Activity { get; } = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: ActivityRetry.Default.MaxAttempts,
        firstRetryInterval: ActivityRetry.Default.FirstDelay,
        backoffCoefficient: 2,
        maxRetryInterval: ActivityRetry.Default.MaxDelay)
    {
        HandleFailure = ActivityRetry.IsTransient,
    });
}
