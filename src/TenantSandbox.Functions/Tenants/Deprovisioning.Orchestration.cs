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

    /// <summary>Releases the tenant's reservation; if it was the pool's last, waits until the pool is deleted.</summary>
    /// <exception cref="StepFailedException">The pool could not be deleted, or not in time.</exception>
    public static async Task<ReleaseAnswer> ReleaseAsync(
        TaskOrchestrationContext context, string tenantId, int incarnation, TenantPlacement placement, OperationProgress progress)
    {
        var answer = await context.ReleaseAsync(
            placement.ClusterId, new(tenantId, incarnation, placement.PoolName, placement.Timing, context.InstanceId, context.Now()));
        if (answer is not { IsPoolBeingDeleted: true, Pool: { } pool })
        {
            return answer;
        }

        progress.ReportWaiting($"agent pool {pool.Name} of cluster {pool.ClusterId} is being deleted");
        var deadline = context.Now() + PoolPolling.ReportTimeout(placement.Timing);
        PoolReport? report;
        do
        {
            // A report "ready" is about the pool's creation: it was sent before the release.
            report = deadline > context.Now() ? await context.WaitForPoolAsync(pool, deadline - context.Now()) : null;
        }
        while (report is { Outcome: PoolOutcome.Ready });

        return report switch
        {
            { Outcome: PoolOutcome.Gone } => answer,
            { Error: { } error } => throw new StepFailedException(error),
            _ => throw new StepFailedException(ErrorClass.Transient, "PoolWaitTimeout", $"Agent pool '{pool.Name}' was not reported as deleted in time."),
        };
    }

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
            poolAbsentAt = observedPool.Condition == PoolCondition.Absent
                ? context.Now()
                : throw new StepFailedException(ErrorClass.Conflict, "PoolPresent", $"Agent pool '{pool.Name}' exists again: {observedPool.Detail}");
        }

        return new(placement.ClusterId, namespaceAbsentAt, released.Pool?.Name ?? placement.PoolName, poolAbsentAt, releasedAt);
    }
}
