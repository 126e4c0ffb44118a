using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Tenants;

/// <summary>The steps that remove a tenant's resources: of an offboarding, and of an onboarding's compensation.</summary>
internal static class Deprovisioning
{
    /// <summary>Deletes the namespace and waits until it is absent.</summary>
    /// <exception cref="StepFailedException">The namespace still existed when the time was up; the message says what holds it.</exception>
    public static async Task DeleteNamespaceAsync(
        TaskOrchestrationContext context, TenantNamespaceRef tenant, OperationTiming timing, OperationProgress progress)
    {
        var deadline = context.Now().AddSeconds(timing.NamespaceDeleteSeconds);
        var delay = new PollingDelay(context, timing);
        var observed = await context.DeleteNamespaceAsync(tenant);
        while (!observed.Gone)
        {
            if (context.Now() >= deadline)
            {
                throw new StepFailedException(
                    ErrorClass.Conflict,
                    "NamespaceStuck",
                    $"The namespace of '{tenant.TenantId}' still existed after {timing.NamespaceDeleteSeconds} s: {observed.Blocker}");
            }

            progress.ReportWaiting(observed.Blocker ?? "the namespace is being deleted");
            await delay.WaitAsync();
            observed = await context.DeleteNamespaceAsync(tenant);
        }
    }

    /// <summary>Releases the tenant's reservations; waits until each pool is deleted whose last one that was.</summary>
    /// <exception cref="StepFailedException">A pool could not be deleted, or not in time.</exception>
    public static Task<ReleaseAnswer> ReleaseAsync(
        TaskOrchestrationContext context, string tenantId, int incarnation, TenantPlacement placement, OperationProgress progress) =>
        PoolRelease.ReleaseAsync(
            context, placement.ClusterId, new(tenantId, incarnation, placement.PoolName, placement.Timing, context.InstanceId, context.Now()), progress);

    /// <summary>Reads the namespace and the pool again, and certifies that they are absent.</summary>
    /// <exception cref="StepFailedException">One of them exists.</exception>
    public static async Task<TeardownReceipt> VerifyAbsenceAsync(
        TaskOrchestrationContext context, TenantNamespaceRef tenant, TenantPlacement placement, ReleaseAnswer released, DateTimeOffset releasedAt)
    {
        var observed = await context.ReadNamespaceAbsenceAsync(tenant);
        if (!observed.Gone)
        {
            throw new StepFailedException(ErrorClass.Conflict, "NamespacePresent", $"The namespace of '{tenant.TenantId}' exists again: {observed.Blocker}");
        }

        var namespaceAbsentAt = context.Now();
        DateTimeOffset? poolAbsentAt = null;
        if (released is { IsPoolBeingDeleted: true, Pool: { } pool })
        {
            var observedPool = await context.ReadPoolAsync(pool);
            poolAbsentAt = observedPool.IsAbsent
                ? context.Now()
                : throw new StepFailedException(ErrorClass.Conflict, "PoolPresent", $"Agent pool '{pool.Name}' exists again: {observedPool.Detail}");
        }

        return new(placement.ClusterId, namespaceAbsentAt, released.Pool?.Name ?? placement.PoolName, poolAbsentAt, releasedAt);
    }
}
