using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>Applies a tenant's workloads, and sees whether they are available at once.</summary>
internal sealed class WorkloadRollout(TenantWorkloads workloads, RolloutWatch watch)
{
    /// <summary>How long the end of the rollout is waited for here. Longer ones are left to <see cref="ActivityNames.WatchRollout"/>.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="TenantWorkloads.ApplyAsync"/>
    /// <returns>
    /// Ready if every workload is available a moment later, as after an apply that changes no pod: nothing is left to watch then. Null otherwise.
    /// </returns>
    [Function(ActivityNames.ApplyWorkloads)]
    public async Task<RolloutObservation?> ApplyAsync([ActivityTrigger] PlacedTenant placed, CancellationToken cancellationToken)
    {
        await workloads.ApplyAsync(placed, cancellationToken);
        try
        {
            return await watch.WatchForAsync(placed, AtOnce, cancellationToken) is { Condition: RolloutCondition.Ready } ready ? ready : null;
        }
        catch (SandboxException)
        {
            // The workloads are applied. The watch that follows reports what is wrong.
            return null;
        }
    }
}
