using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Tenants;

/// <summary>The steps that take a tenant down: an offboarding's, and an onboarding's to undo what it did.</summary>
internal static class Teardown
{
    /// <summary>Deletes the namespace and looks until it is really gone.</summary>
    /// <exception cref="StepFailedException">It was not gone in time; names what it waits for.</exception>
    public static async Task DeleteNamespaceAsync(
        TaskOrchestrationContext context, TenantNamespaceRef tenant, OperationTiming timing, Progress progress)
    {
        var deadline = context.Now().AddSeconds(timing.NamespaceDeleteSeconds);
        var pauses = new Pauses(context, timing);
        var seen = await context.DeleteNamespaceAsync(tenant);
        while (!seen.Gone)
        {
            if (context.Now() >= deadline)
            {
                throw new StepFailedException(
                    ErrorClass.Conflict, "NamespaceStuck", $"The namespace of '{tenant.TenantId}' was still there after {timing.NamespaceDeleteSeconds} s: {seen.Blocker}");
            }

            progress.WaitsFor(seen.Blocker ?? "the namespace to go");
            await pauses.WaitAsync();
            seen = await context.DeleteNamespaceAsync(tenant);
        }
    }

    /// <summary>Gives the tenant's room free; if that empties the pool, waits until the pool is gone.</summary>
    /// <exception cref="StepFailedException">The pool could not be deleted, or not in time.</exception>
    public static async Task<ReleaseAnswer> ReleaseAsync(
        TaskOrchestrationContext context, string tenantId, int incarnation, TenantPlacement place, Progress progress)
    {
        var answer = await context.ReleaseAsync(
            place.ClusterId, new(tenantId, incarnation, place.PoolName, place.Timing, context.InstanceId, context.Now()));
        if (answer is not { IsPoolBeingDeleted: true, Pool: { } pool })
        {
            return answer;
        }

        progress.WaitsFor($"agent pool {pool.Name} of cluster {pool.ClusterId} to be deleted");
        var deadline = context.Now() + PoolLoops.Patience(place.Timing);
        PoolReport? report;
        do
        {
            // "Ready" is old news here: it was on its way when the room was given free.
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

    /// <summary>Reads both sides again, and certifies what isn't there.</summary>
    /// <exception cref="StepFailedException">Something is there.</exception>
    public static async Task<TeardownReceipt> ProveAsync(
        TaskOrchestrationContext context, TenantNamespaceRef tenant, TenantPlacement place, ReleaseAnswer released, DateTimeOffset releasedAt)
    {
        var seen = await context.ReadNamespaceAbsenceAsync(tenant);
        if (!seen.Gone)
        {
            throw new StepFailedException(ErrorClass.Conflict, "NamespacePresent", $"The namespace of '{tenant.TenantId}' is there again: {seen.Blocker}");
        }

        var namespaceAbsentAt = context.Now();
        DateTimeOffset? poolAbsentAt = null;
        if (released is { IsPoolBeingDeleted: true, Pool: { } pool })
        {
            var poolSeen = await context.ReadPoolAsync(pool);
            poolAbsentAt = poolSeen.Condition == PoolCondition.Absent
                ? context.Now()
                : throw new StepFailedException(ErrorClass.Conflict, "PoolPresent", $"Agent pool '{pool.Name}' is there again: {poolSeen.Detail}");
        }

        return new(place.ClusterId, namespaceAbsentAt, released.Pool?.Name ?? place.PoolName, poolAbsentAt, releasedAt);
    }
}
