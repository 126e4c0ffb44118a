using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tenants;

/// <summary>The steps that put up, watch and take down a tenant's workloads.</summary>
internal sealed class WorkloadActivities(TenantWorkloads workloads, RolloutWatch rollout)
{
    [Function(ActivityNames.ApplyWorkloads)]
    public Task ApplyWorkloadsAsync([ActivityTrigger] PlacedTenant tenant, CancellationToken cancellationToken) =>
        workloads.ApplyAsync(tenant, cancellationToken);

    [Function(ActivityNames.WatchRollout)]
    public Task<RolloutObservation> WatchRolloutAsync([ActivityTrigger] PlacedTenant tenant, CancellationToken cancellationToken) =>
        rollout.WatchAsync(tenant, cancellationToken);

    [Function(ActivityNames.DeleteWorkloads)]
    public Task DeleteWorkloadsAsync([ActivityTrigger] TenantNamespaceRef tenant, CancellationToken cancellationToken) =>
        workloads.DeleteAsync(tenant, cancellationToken);
}
